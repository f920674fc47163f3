import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { synapUnit } from "../../../components/systemd/synap.ts";
import { unitText } from "../../../components/systemd/unit.ts";
import { projectDirectory } from "../../../images/inputs.ts";
import { synapProgram } from "../../support/synap-server.ts";
import { SystemdHost, type ServiceArgs } from "./lab.ts";

const host = new SystemdHost();
beforeAll(() => host.start());
afterAll(() => host.stop());

/** Tells what it was given and what it may do, then waits. */
const worker = `#!/bin/sh
touch started
{ id -un; for word; do printf '<%s>\\n' "$word"; done; cat "$CREDENTIALS_DIRECTORY/password"; } > told
for path in /srv/open/here /home/open/here; do touch "$path" 2>/dev/null && echo "wrote $path" >> told; done
[ ! -e /tmp/outside ] || echo "sees the machine's /tmp" >> told
[ ! -f "$FAILS" ] || { echo "cannot go on: $FAILS" >&2; exit 1; }
touch /var/lib/synfleet/worker/ready
exec sleep infinity
`;
const data = "/var/lib/synfleet/worker";
const service: ServiceArgs = {
  name: "worker",
  program: "/usr/local/bin/worker",
  arguments: ["$HOME %h", '"q" \\ ;', ";", { secretFile: "password" }],
  environment: { FAILS: "/etc/synfleet/worker/fails" },
  files: { password: { content: "first s3cret", secret: true }, "worker.conf": { content: "a" } },
  memoryMiB: 64,
  health: ["/usr/bin/test", "-e", `${data}/ready`],
  readySeconds: 20,
};
const withFile = (name: string, content: string, secret = false): ServiceArgs => ({
  ...service,
  files: { ...service.files, [name]: { content, secret } },
});
const pid = () => host.must("systemctl show --property MainPID --value worker");
const done = { code: 0, output: "" };

describe("a service on a machine with systemd", () => {
  test("is refused while its program is not there", async () => {
    const { code, output } = await host.apply(service);
    expect([code, output]).toEqual([
      1,
      "worker: nothing was changed: /usr/local/bin/worker is not there, or no program. Put it there first\n",
    ]);
    expect((await host.run("id worker || ls /etc/synfleet")).code).not.toBe(0);
  });

  test("runs as its own user, with its words, files and secrets, behind its walls", async () => {
    await host.program("/usr/local/bin/worker", worker);
    await host.must("touch /tmp/outside; mkdir -m 777 /srv/open /home/open");
    expect(await host.apply(service)).toEqual(done);
    const path = "/run/credentials/worker.service/password";
    expect(await host.must(`cat ${data}/told`)).toBe(
      `worker\n<$HOME %h>\n<"q" \\ ;>\n<;>\n<${path}>\nfirst s3cret`,
    );
    expect(await host.must("systemctl is-enabled worker; systemctl is-active worker")).toBe(
      "enabled\nactive\n",
    );
  });

  test("keeps its secret to itself and root", async () => {
    const tried = await host.run(
      "setpriv --reuid maintainer --clear-groups find /etc/synfleet/worker/ /run/credentials -name password",
    );
    expect(tried.output).toMatch(/Permission denied/);
    const shown = await host.must(
      "systemctl show worker; cat /etc/systemd/system/worker.service; tr '\\0' ' ' < /proc/$(systemctl show --property MainPID --value worker)/environ; journalctl --unit worker",
    );
    expect(shown).toContain("LoadCredential");
    expect(shown).not.toContain("s3cret");
  });

  test("goes on undisturbed where nothing changed, and restarts with what did", async () => {
    const before = await pid();
    expect(await host.apply(service)).toEqual(done);
    expect(await pid()).toBe(before);
    await host.must(`rm ${data}/ready`);
    expect(await host.apply(withFile("password", "second s3cret", true))).toEqual(done);
    expect(await pid()).not.toBe(before);
    expect(await host.must(`tail -n 1 ${data}/told`)).toMatch(/second s3cret$/);
    expect(await host.must("ls -A /etc/synfleet/ | wc -l")).toBe("2\n");
  });

  test("is started again when it ends, and has no leave to use more than its limits", async () => {
    const before = await pid();
    await host.must(`rm ${data}/ready; kill -9 ${before}`);
    await host.must(`timeout 20 sh -c 'until [ -e ${data}/ready ]; do sleep 0.1; done'`);
    expect(await pid()).not.toBe(before);
    const limits = await host.must("systemctl show worker --property MemoryMax,TasksMax,LimitCORE");
    expect(limits.split("\n").sort()).toEqual(
      ["", "LimitCORE=0", `MemoryMax=${64 * 2 ** 20}`, "TasksMax=512"].sort(),
    );
  });

  test("that does not become healthy fails with the end of its log, and is mended by the next run", async () => {
    await host.must(`rm ${data}/ready`);
    const failing = await host.apply({ ...withFile("fails", ""), readySeconds: 2 });
    expect(failing.code).toBe(1);
    expect(failing.output).toMatch(/worker is not healthy after 2 s: /);
    expect(failing.output).toContain("cannot go on: /etc/synfleet/worker/fails");
    expect(await host.apply(service)).toEqual(done);
    expect(await host.must("ls /etc/synfleet/worker/")).toBe("secrets\nworker.conf\n");
  });

  test("takes over no unit of others", async () => {
    for (const name of ["ssh", "foreign"]) {
      await host.must(
        "printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/foreign.service; systemctl daemon-reload",
      );
      const { code, output } = await host.apply({ ...service, name });
      expect([code, output]).toEqual([
        1,
        expect.stringContaining(
          `${name}: nothing was changed: the machine has a unit of that name already`,
        ),
      ]);
    }
    expect((await host.apply({ ...service, name: "foreign" }, { what: "delete" })).code).toBe(1);
    expect(await host.must("cat /etc/systemd/system/foreign.service")).toContain("/bin/true");
  });

  test("does not run as a person", async () => {
    const { code, output } = await host.apply({ ...service, name: "other", user: "maintainer" });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /nothing was changed: user maintainer has number 1\d{3} and is no system user/,
      ),
    ]);
  });

  test("changes nothing when its files arrive in part", async () => {
    const look = "ls -l /etc/synfleet; systemctl show --property MainPID worker";
    const before = await host.must(look);
    const cut = await host.apply(withFile("z.conf", "x".repeat(100)), { cut: 40 });
    expect([cut.code, cut.output]).toEqual([1, expect.stringContaining("did not arrive whole")]);
    expect(await host.must(look)).toBe(before);
  });

  test("goes with the component, by a login that has sudo, and its data stays", async () => {
    const { code, output } = await host.apply(service, { user: "maintainer", what: "delete" });
    expect([code, output]).toEqual([0, `data stays in ${data}\n`]);
    expect((await host.run("systemctl cat worker")).code).not.toBe(0);
    expect((await host.run("ls /etc/synfleet")).code).not.toBe(0);
    expect(await host.must(`ls ${data}`)).toContain("told");
    expect((await host.apply(service, { user: "maintainer", what: "delete" })).code).toBe(0);
    expect(await host.apply(service, { user: "maintainer" })).toEqual(done);
  });
});

describe("Synap's server as a service", () => {
  const name = "synap";
  const ask = (method: string, path: string, body?: object) =>
    host.must(
      `node -e 'fetch("http://127.0.0.1:15500${path}", { method: "${method}", ...JSON.parse(require("fs").readFileSync(0)) }).then(async (r) => console.log(r.status, await r.text()))'`,
      JSON.stringify({
        headers: {
          authorization: `Basic ${Buffer.from("root:s3cret-s3cret").toString("base64")}`,
          "content-type": "application/json",
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );

  test("is active as user synap on the loopback address, and what it acknowledged outlives a crash", async () => {
    const directory = await mkdtemp(join(tmpdir(), "synap-systemd-"));
    try {
      const { kind, program } = await synapProgram(directory);
      process.stdout.write(`Synap server of this run: ${kind}\n`);
      await host.copy(
        join(projectDirectory, "node_modules", "node", "bin", "node"),
        "/usr/local/bin/node",
      );
      await host.copy(program, "/usr/local/bin/synap-server");
      const spec = synapUnit({ password: "s3cret-s3cret", server: { maxMemoryMib: 64 } });
      expect(await host.apply({ ...spec, makesCode: kind === "stub" })).toEqual(done);
      const main = `$(systemctl show --property MainPID --value ${name})`;
      expect(
        await host.must(
          `systemctl is-active ${name}; ps -o user= ${main} || stat -c %U /proc/${main}`,
        ),
      ).toMatch(/^active\nsynap\n/);
      expect(await ask("POST", "/kv/set", { key: "a", value: "kept" })).toMatch(/^200 /);
      await host.must(`kill -9 ${main}`);
      await host.must(
        "timeout 20 sh -c 'until synap-server --health-check; do sleep 0.1; done' 2>/dev/null",
      );
      expect(await ask("GET", "/kv/get/a")).toContain("kept");
      const listening = await host.must("cat /proc/net/tcp /proc/net/tcp6");
      expect(listening).toMatch(/ 0100007F:3C8C 0{8}:0000 0A/);
      expect(listening.match(/:3C8C 0+:0000 0A/g)).toHaveLength(1);
      expect(
        await host.must(`stat -c '%U %a' /var/lib/synfleet/synap /var/lib/synfleet/synap/wal`),
      ).toMatch(/^synap 700\nsynap /);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

test("units are right, and closed, in the eyes of systemd", async () => {
  const units = {
    least: unitText({ name: "least", program: "/bin/sleep", memoryMiB: 64 }),
    most: unitText(
      {
        ...{ name: "most", program: "/bin/sleep", memoryMiB: 64, peers: ["any"], makesCode: true },
        ...{ arguments: ["\\$%;", { secretFile: "key" }], environment: { A: "%$" } },
        folders: ["wal"],
      },
      ["key"],
    ),
  };
  for (const [name, text] of Object.entries(units)) {
    await host.must(`mkdir -p /root/units; cat > /root/units/${name}.service`, text);
    expect(await host.run(`systemd-analyze verify /root/units/${name}.service`)).toEqual(done);
    const { code, output } = await host.run(
      `systemd-analyze security --no-pager --offline=true --threshold=30 /root/units/${name}.service`,
    );
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/exposure level for \w+\.service: [12]\.\d/),
    ]);
  }
});
