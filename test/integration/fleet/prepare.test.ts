/** Fresh hosts of the lab, prepared by the plugin's resource: from nothing, kept so, and left alone where they are not ours. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DAEMON_FILE,
  wantedState,
  type HostInputs,
  type PreparationArgs,
} from "../../../components/host/wanted.ts";
import { projectDirectory } from "../../../commands/support/paths.ts";
import { SynfleetProvider } from "../../../provider/provider.ts";
import { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import type { Outsider } from "../../lab/fleet/outsider.ts";
import { must } from "../../lab/process.ts";

let fleet: Fleet;
let host: Host;
let foreign: Host;
let outsider: Outsider;
let told: string[] = [];
const provider = new SynfleetProvider("0.1.0", (line) => told.push(line));
const urn = "urn:pulumi:dev::fleet::synfleet-hosts:host:Host::host";
const sixMinutes = { timeout: 360_000 };

beforeAll(async () => {
  fleet = await Fleet.start({ hosts: 2, docker: false });
  [host, foreign] = fleet.hosts as [Host, Host];
  outsider = await fleet.outsider();
});
afterAll(() => fleet?.removeAll());

const inputs = (of: Host, changed: Partial<PreparationArgs["firewall"]> = {}): HostInputs => ({
  login: {
    ...{ name: of.name, address: of.address, user: of === host ? "maintainer" : "root" },
    ...{ port: 22, keyFile: of.keyPath, hostKey: of.hostKey },
  },
  ...wantedState({
    owner: "fleet/dev",
    firewall: { peers: [foreign.address], ports: [{ port: 8081, from: "peers" }], ...changed },
    // The lab has no time of its own.
    clock: false,
  }),
});

const processOf = (container: string) =>
  host.must(["sudo", "docker", "inspect", "--format", "{{.State.Pid}}", container]);

/** As an engine does it after a refresh: nothing where nothing differs. */
async function up(wanted: HostInputs): Promise<string[]> {
  told = [];
  const { props } = await provider.read!("host", urn, wanted);
  const { changes } = await provider.diff!("host", urn, props, wanted);
  if (changes) await provider.update!("host", urn, props, wanted);
  expect((await provider.read!("host", urn, wanted)).props).toEqual(wanted);
  return told;
}

/** A stack with that host alone, as the offline engine runs it. */
async function stackWith(wanted: HostInputs) {
  const folder = join(fleet.folder, "project");
  await mkdir(join(folder, "state"), { recursive: true });
  await symlink(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
  const resource = join(projectDirectory, "components", "host", "resource.ts");
  const files = {
    "package.json": '{"type": "module"}',
    "Pulumi.yaml": `name: hosts
main: index.ts
runtime: { name: nodejs, options: { typescript: false } }
backend: { url: "file://${folder}/state" }
plugins: { providers: [{ name: synfleet-hosts, path: ${projectDirectory}/provider }] }
`,
    "index.ts": `import { Host } from ${JSON.stringify(resource)};
new Host("host", ${JSON.stringify(wanted)});
`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const program = join(projectDirectory, "engine", "src", "main.ts");
  const engine = (...words: string[]) =>
    must(
      [process.execPath, program, ...words, "--stack", "dev", "--cwd", folder, "--non-interactive"],
      {
        environment: { PULUMI_CONFIG_PASSPHRASE: "lab", PULUMI_HOME: join(folder, "home") },
      },
    );
  await engine("stack", "init");
  return engine;
}

describe("a fresh host", sixMinutes, () => {
  test("has nothing of it, and is not reachable as another", async () => {
    const { props } = await provider.read("host", urn, inputs(host));
    expect(props).toMatchObject({ packages: { nftables: "installed" }, files: {}, owner: "" });
    const { hostKey } = foreign;
    const mistaken = { ...inputs(host), login: { ...inputs(host).login, hostKey } };
    await expect(provider.create(urn, mistaken)).rejects.toThrow(/another key than it should/);
  });

  test("is prepared from nothing, and then runs containers", async () => {
    const { id, outs } = await provider.create(urn, inputs(host));
    expect(id).toBe("host1");
    expect(outs).toEqual(inputs(host));
    expect(told).toHaveLength(11);
    const image =
      "tar -ch /usr/bin/sleep $(ldd /usr/bin/sleep | grep -o '/[^ ]*') | docker import -";
    await host.must(["sh", "-c", `${image} tiny`], { user: "root" });
    const words = [
      "run",
      "--detach",
      "--name",
      "web",
      "--publish",
      "8080:1",
      "tiny",
      "sleep",
      "inf",
    ];
    await host.must(["sudo", "docker", ...words]);
    expect(await outsider.openPorts(host.address, "22,8080")).toEqual([22]);
  });

  test("is not changed by a second run", async () => {
    expect(await up(inputs(host))).toEqual([]);
    // Nor by one whose state was lost.
    told = [];
    await provider.create(urn, inputs(host));
    expect(told).toEqual([]);
  });

  test.each<[string, string, object, RegExp]>([
    [
      "a package",
      "apt-get -qq purge -y ca-certificates < /dev/null > /dev/null 2>&1",
      { packages: expect.not.objectContaining({ "ca-certificates": "installed" }) },
      /^host1: installing ca-certificates$/,
    ],
    [
      "Docker's settings",
      `echo '{"debug": true}' > ${DAEMON_FILE}`,
      {
        files: expect.objectContaining({
          // Of what is not ours the name alone.
          [DAEMON_FILE]: expect.objectContaining({ content: '{\n  "debug": "(not ours)"\n}\n' }),
        }),
      },
      /^host1: writing .*daemon\.json\nhost1: restarting docker\.service$/,
    ],
    [
      "the kernel's settings",
      "echo 60 > /proc/sys/vm/swappiness",
      { sysctl: expect.objectContaining({ "vm.swappiness": "60" }) },
      /^host1: setting vm\.swappiness$/,
    ],
    [
      "its rules, all of them",
      "nft flush ruleset",
      { firewall: { rules: expect.any(String), inForce: "no" } },
      /^host1: changing its rules/,
    ],
    [
      "its rules, one of them",
      "nft insert rule inet synfleet admitted tcp dport 8080 accept",
      { firewall: { rules: expect.any(String), inForce: "other" } },
      /^host1: changing its rules/,
    ],
    [
      "a unit",
      "systemctl --quiet disable --now docker.socket docker.service",
      {
        units: expect.objectContaining({
          "docker.service": { enabled: false, active: false },
        }),
      },
      /^host1: enabling docker\.service$/,
    ],
  ])(
    "that loses %s tells it on a refresh, and has it back by the next run",
    async (_, lose, drift, steps) => {
      const pid = await processOf("web");
      await host.must(["sh", "-c", lose], { user: "root" });
      const { props, inputs: found } = await provider.read("host", urn, inputs(host));
      expect(props).toMatchObject(drift);
      expect(found).toEqual(props);
      expect((await up(inputs(host))).join("\n")).toMatch(steps);
      // Whatever was changed back: nobody's container ended for it.
      expect(await processOf("web")).toBe(pid);
    },
  );

  test("is told and corrected by an engine that runs the plugin", async () => {
    const engine = await stackWith(inputs(host));
    expect(await engine("up", "--yes")).toMatch(/Host host created/);
    expect(await engine("up", "--yes", "--expect-no-changes")).toMatch(/2 unchanged/);
    await host.must(["sh", "-c", "nft flush ruleset; rm /etc/sysctl.d/90-synfleet.conf"], {
      user: "root",
    });
    const told = await engine("preview", "--refresh", "--diff");
    expect(told).toMatch(/~ inForce: "yes" => "no"/);
    expect(told).toMatch(/- \/etc\/sysctl\.d\/90-synfleet\.conf *: \{/);
    expect(await engine("up", "--yes", "--refresh")).toMatch(/\[diff: .*firewall/);
    expect(await engine("refresh", "--yes", "--expect-no-changes")).toMatch(/2 unchanged/);
  });

  test("takes rules back that lock this machine out, and tells it", async () => {
    const closed = inputs(host, { sshFrom: ["192.0.2.1"] });
    await expect(provider.update!("host", urn, inputs(host), closed)).rejects.toThrow(
      /host1 .*let no new connection of this machine in; the host has taken them back by itself after 30 s; .*sshFrom/s,
    );
    expect(await up(inputs(host))).toEqual([]);
  });

  test("keeps all of it over a restart", async () => {
    await host.kill();
    await host.boot();
    const { props } = await provider.read("host", urn, inputs(host));
    expect(props).toEqual(inputs(host));
  });

  test("that does not answer is an error, and not gone", async () => {
    await host.cutOff();
    await expect(provider.read("host", urn, inputs(host))).rejects.toThrow(
      /^host host1 \(.*\): got no connection to port 22/,
    );
    await host.heal();
  });

  test("is left with Docker and its settings, and without rules", async () => {
    await provider.delete("host", urn, inputs(host));
    expect(await host.must(["sudo", "nft", "list", "tables"])).not.toContain("synfleet");
    expect(await host.must(["ls", "/etc/synfleet"])).toBe("files");
    await host.must(["sudo", "docker", "info"]);
    await host.must(["test", "!", "-e", "/etc/systemd/system/synfleet-firewall.service"]);
  });
});

describe("a host that is not ours", () => {
  test("with other settings of Docker is refused by name, and left as it is", async () => {
    const theirs = '{"log-driver": "journald", "mtu": 1400}';
    await foreign.must([
      "sh",
      "-c",
      `mkdir -p /etc/docker; printf '%s' '${theirs}' > ${DAEMON_FILE}`,
    ]);
    await expect(provider.create(urn, inputs(foreign))).rejects.toThrow(
      /^host host2 .*daemon\.json of somebody else, with other values of log-driver, mtu; allowed/,
    );
    expect(await foreign.must(["cat", DAEMON_FILE])).toBe(theirs);
    await foreign.must(["test", "!", "-e", "/etc/synfleet"]);
  });

  test("of another deployment is refused", async () => {
    await foreign.must([
      "sh",
      "-c",
      `rm ${DAEMON_FILE}; mkdir /etc/synfleet; echo other/prod > /etc/synfleet/owner`,
    ]);
    await expect(provider.create(urn, inputs(foreign))).rejects.toThrow(/other\/prod prepares/);
  });

  test("that gives no rights of root is refused", async () => {
    await foreign.must(["rm", "/etc/sudoers.d/maintainer"]);
    const login = { ...inputs(foreign).login, user: "maintainer" };
    await expect(provider.create(urn, { ...inputs(foreign), login })).rejects.toThrow(
      /a login \("maintainer"\) whose sudo asks for a password/,
    );
  });
});
