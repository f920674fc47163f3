/** The whole way, where the Pulumi CLI is: its provider speaks SSH. The offline engine has no provider for that. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SystemdHost } from "./lab.ts";

function version(): string {
  try {
    return execFileSync("pulumi", ["version"], { encoding: "utf8", stdio: "pipe" });
  } catch {
    return "none";
  }
}

describe.skipIf(!version().startsWith("v"))("by the Pulumi CLI", () => {
  const host = new SystemdHost();
  let state: string;
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), "synfleet-systemd-"));
    await host.start();
    await host.program("/usr/local/bin/worker", "#!/bin/sh\nexec sleep infinity\n");
    expect((await pulumi("stack", "init", "test")).code).toBe(0);
  });
  afterAll(async () => {
    await host.stop();
    await rm(state, { recursive: true, force: true });
    await rm(join(import.meta.dirname, "program", "Pulumi.test.yaml"), { force: true });
  });

  const worker = (changed: object = {}, secret = "first s3cret") => ({
    connection: {
      ...{ host: "127.0.0.1", port: host.port, hostKey: host.hostKey },
      ...{ privateKey: host.privateKey, ...changed },
    },
    ...{ name: "worker", program: "/usr/local/bin/worker", memoryMiB: 64 },
    files: { password: { content: secret, secret: true } },
    health: ["/usr/bin/true"],
  });

  function pulumi(...words: string[]) {
    return given(worker(), ...words);
  }

  function given(service: object, ...words: string[]) {
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      SERVICE: JSON.stringify(service),
    };
    const cwd = join(import.meta.dirname, "program");
    const all = [...words, "--non-interactive"];
    return new Promise<{ code: number; output: string }>((resolve) =>
      execFile("pulumi", all, { cwd, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
      ),
    );
  }
  const up = (service: object, ...words: string[]) =>
    given(service, "up", "--yes", "--skip-preview", "--stack", "test", ...words);

  test("a service comes, stays as it is, changes, and goes; a machine with another key is told nothing", async () => {
    const made = await up(worker());
    expect([made.code, made.output]).toEqual([0, expect.stringMatching(/\+ 3 created/)]);
    expect(await host.must("systemctl is-active worker")).toBe("active\n");
    expect((await up(worker(), "--expect-no-changes")).code).toBe(0);

    await host.must("ssh-keygen -q -t ed25519 -N '' -f /root/other");
    const hostKey = (await host.must("cut -d' ' -f1,2 /root/other.pub")).trim();
    const refused = await up(worker({ hostKey }, "second s3cret"));
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringContaining("host key mismatch"),
    ]);
    const password = "cat /etc/synfleet/worker/secrets/password";
    expect(await host.must(password)).toBe("first s3cret");

    const changed = await up(worker({}, "second s3cret"));
    expect([changed.code, changed.output]).toEqual([0, expect.stringMatching(/~ 1 updated/)]);
    expect(await host.must(password)).toBe("second s3cret");
    const told = [made, refused, changed].map(({ output }) => output).join("");
    expect(told).not.toMatch(/s3cret|PRIVATE KEY/);

    const gone = await pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(gone.code).toBe(0);
    expect((await host.run("systemctl cat worker")).code).not.toBe(0);
    expect(await host.must("stat -c %U /var/lib/synfleet/worker")).toBe("worker\n");
  });
});
