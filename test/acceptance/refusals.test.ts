import { createServer, type Server } from "node:net";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";
import { run } from "../../commands/support/process.ts";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { startFullEngine } from "../support/full-engine.ts";

/** Each of these must end with a clear error, before anything is made. */
describe("a deployment that cannot be", () => {
  let deployment: Deployment;
  const stateFile = () =>
    join(deployment.directory, ".pulumi", "stacks", "synfleet", `${deployment.stack}.json`);

  beforeAll(async () => {
    deployment = await Deployment.create();
  });

  afterAll(async () => {
    await deployment.remove();
  });

  async function refusal(env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await deployment.engine(
      ["up", "--stack", deployment.stack, "--yes", "--skip-preview"],
      env,
    );
    expect(code).not.toBe(0);
    expect(await leftovers(deployment.prefix)).toEqual([]);
    return stdout + stderr;
  }

  async function refusalOf(settings: Record<string, unknown>): Promise<string> {
    const good = deployment.settings();
    await deployment.set(settings);
    try {
      return await refusal();
    } finally {
      await deployment.replace(good);
    }
  }

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "unknown topology",
      { topology: "mesh" },
      /synfleet:topology: got "mesh"; allowed: single-host, several-hosts/,
    ],
    [
      "two members with one name",
      { members: [{ name: "pg1" }, { name: "pg1", number: 2 }] },
      /synfleet:members\[1\]\.name: got "pg1"; allowed: a name used once/,
    ],
    [
      "an even count of etcd members",
      { etcd: [{ name: "etcd1" }, { name: "etcd2" }] },
      /synfleet:etcd: got "2 members"; allowed: an odd number/,
    ],
    [
      "a port used twice in the stack",
      { ports: { read: 6001, write: 6001 } },
      /synfleet:ports\.write: got 6001; allowed: a port used once on its host \(ports\.read has it already\)/,
    ],
    [
      "a member on an undeclared host",
      { members: [{ name: "pg1" }, { name: "pg2", host: "omega" }] },
      /synfleet:members\[1\]\.host: got "omega"; allowed: local/,
    ],
    [
      "Docker not running",
      { hosts: [{ name: "local", engine: "unix:///nowhere/docker.sock" }] },
      /Docker Engine of host local: got .*ENOENT.*; it must be running at unix:\/\/\/nowhere\/docker\.sock/,
    ],
  ])("%s", async (_, settings, expected) => {
    expect(await refusalOf(settings)).toMatch(expected);
  });

  test("a port that another program listens on", async () => {
    const server = await new Promise<Server>((resolve) => {
      const listening = createServer().listen({ port: 0, host: "127.0.0.1" }, () =>
        resolve(listening),
      );
    });
    const { port } = server.address() as { port: number };
    try {
      const { ports } = deployment.settings() as { ports: object };
      expect(await refusalOf({ ports: { ...ports, read: port } })).toMatch(
        new RegExp(
          `synfleet:ports\\.read: got ${port}, which another program of host local listens on`,
        ),
      );
    } finally {
      server.close();
    }
  });

  test("no disk space for images", async () => {
    await using engine = await startFullEngine();
    const { code, stdout, stderr } = await run(
      process.execPath,
      [join(projectDirectory, "images", "build.ts"), "etcd"],
      { env: { ...process.env, DOCKER_HOST: engine.host } },
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(
      /Not enough disk space for images: .* has 0\.\d GiB free and 3\.0 GiB are needed/,
    );
  });

  test("a wrong passphrase", async () => {
    expect(await refusal({ PULUMI_CONFIG_PASSPHRASE: "not this one" })).toMatch(
      /incorrect passphrase/,
    );
  });

  test("a stack that another run has locked", async () => {
    const folder = join(
      deployment.directory,
      ".pulumi",
      "locks",
      "organization",
      "synfleet",
      deployment.stack,
    );
    await mkdir(folder, { recursive: true });
    const lock = {
      pid: process.pid,
      username: "somebody",
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    await writeFile(
      join(folder, "0b1f3a52-0000-4000-8000-000000000000.json"),
      JSON.stringify(lock),
    );
    try {
      expect(await refusal()).toMatch(/the stack is currently locked by 1 lock\(s\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a state file cut in half, which is left as it is", async () => {
    const whole = await readFile(stateFile(), "utf8");
    const half = whole.slice(0, Math.floor(whole.length / 2));
    await writeFile(stateFile(), half);
    try {
      expect(await refusal()).toContain(stateFile());
      expect(await readFile(stateFile(), "utf8")).toBe(half);
    } finally {
      await writeFile(stateFile(), whole);
    }
  });
});
