import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../commands/support/process.ts";
import { Deployment, leftovers } from "../support/deployment.ts";
import { until } from "../support/until.ts";
import { failoverChecks } from "./checks/failover.ts";
import { ask, readUrl, writeUrl, type Fleet } from "./checks/fleet.ts";
import { replicationChecks } from "./checks/replication.ts";
import { schemaChecks } from "./checks/schema.ts";
import { serviceChecks } from "./checks/services.ts";

let deployment: Deployment;
let fleet: Fleet;

beforeAll(async () => {
  deployment = await Deployment.create();
  await deployment.up();
  const outputs = await deployment.outputs();
  const container = (alias: string) => `${deployment.prefix}-${alias}`;
  fleet = {
    outputs,
    nodes: [outputs.endpoints["nodes"]!].flat(),
    kill: async (member) => void (await docker("kill", container(member))),
    start: async (member) => void (await docker("start", container(member))),
    logs: (alias) => docker("logs", container(alias)),
  };
});

afterAll(async () => {
  await deployment?.remove();
});

async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout + stderr;
}

const container = (alias: string) => `${deployment.prefix}-${alias}`;

describe("services", () => serviceChecks(() => fleet));
describe("replication", () => replicationChecks(() => fleet));
describe("schema", () => schemaChecks(() => fleet));

describe("secrets and containers", () => {
  const secrets = () => {
    const { postgres, managerToken, statistics } = fleet.outputs.credentials;
    return [postgres.password, managerToken, statistics.password];
  };

  test("no secret is in a container's description, its log, or the plain state", async () => {
    const names = (await leftovers(deployment.prefix))
      .filter((line) => line.startsWith("container "))
      .map((line) => line.slice("container ".length));
    expect(names.length).toBeGreaterThan(12);
    const described = await docker("inspect", ...names);
    const logs = await Promise.all(names.map((name) => docker("logs", name)));
    const state = await readFile(
      join(deployment.directory, ".pulumi", "stacks", "synfleet", `${deployment.stack}.json`),
      "utf8",
    );
    for (const text of [described, ...logs, state]) {
      expect(secrets().filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toMatch(/BEGIN (EC |RSA )?PRIVATE KEY/);
    }
  });

  test("keys and passwords are files that their service alone can read", async () => {
    const listing = await docker(
      "exec",
      container("postgres1"),
      "find",
      "/etc/synfleet",
      "-type",
      "f",
      "-printf",
      "%m %U %P\n",
    );
    const modes = Object.fromEntries(
      listing
        .trim()
        .split("\n")
        .map((line) => [line.split(" ")[2]!, line]),
    );
    expect(modes["tls/node.key"]).toBe("400 10001 tls/node.key");
    expect(modes["secrets/application_password"]).toBe("400 10001 secrets/application_password");
  });

  test("containers run unprivileged, limited, with a read-only root, and publish on the loopback address only", async () => {
    const names = (await leftovers(deployment.prefix)).filter((line) =>
      line.startsWith("container "),
    );
    const described = JSON.parse(
      await docker("inspect", ...names.map((line) => line.slice(10))),
    ) as any[];
    for (const { Name, Config, HostConfig, State } of described) {
      expect([Name, Config.User]).toEqual([Name, "10001:10001"]);
      expect([Name, HostConfig.ReadonlyRootfs, HostConfig.Memory > 0]).toEqual([Name, true, true]);
      expect([Name, HostConfig.LogConfig.Config["max-size"]]).toEqual([Name, "10m"]);
      expect([Name, HostConfig.CapDrop]).toEqual([Name, ["ALL"]]);
      const addresses = Object.values(
        (HostConfig.PortBindings ?? {}) as Record<string, { HostIp: string }[]>,
      ).flat();
      expect([Name, addresses.every(({ HostIp }) => HostIp === "127.0.0.1")]).toEqual([Name, true]);
      if (!Name.endsWith("-init")) {
        expect([Name, HostConfig.RestartPolicy.Name]).toEqual([Name, "unless-stopped"]);
        expect([Name, Config.Healthcheck.Test.length > 0, State.Running]).toEqual([
          Name,
          true,
          true,
        ]);
      }
    }
  });
});

describe("the loss of a node", () => failoverChecks(() => fleet));

describe("changes", () => {
  test("a second up plans nothing", async () => {
    const before = await startTimes();
    const text = await deployment.up("--expect-no-changes");
    expect(text).toMatch(/\d+ unchanged/);
    expect(await startTimes()).toEqual(before);
  });

  test("a refresh finds everything as it was recorded, and the up after it plans nothing", async () => {
    const before = await startTimes();
    await deployment.mustRun("refresh", "--stack", deployment.stack, "--yes", "--skip-preview");
    await deployment.up("--expect-no-changes");
    expect(await startTimes()).toEqual(before);
  });

  test("a setting that can be reloaded is, without a restart of anything", async () => {
    const before = await startTimes();
    await deployment.set({ postgres: { workMemMiB: 16 } });
    await deployment.up();
    expect(await startTimes()).toEqual(before);
    for (const url of fleet.nodes) {
      expect(await ask(fleet, url, "show work_mem")).toEqual([{ work_mem: "16MB" }]);
    }
  });

  test("one that needs a restart restarts the nodes one at a time, and the write endpoint goes on", async () => {
    const before = await startTimes();
    await ask(fleet, writeUrl(fleet), "create table if not exists rolling (id text primary key)");
    let stopped = false;
    let longestGapMs = 0;
    const acknowledged: string[] = [];
    const writing = (async () => {
      let last = Date.now();
      for (let n = 0; !stopped; n++) {
        try {
          await ask(fleet, writeUrl(fleet), "insert into rolling values ($1)", [`row ${n}`]);
          acknowledged.push(`row ${n}`);
          longestGapMs = Math.max(longestGapMs, Date.now() - last);
          last = Date.now();
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    })();
    await deployment.set({ postgres: { workMemMiB: 16, maxConnections: 150 } });
    await deployment.up();
    stopped = true;
    await writing;

    const after = await startTimes();
    const moments = ["postgres1", "postgres2", "postgres3"].map((name) =>
      Date.parse(after[container(name)]!),
    );
    expect(moments[0]).toBeLessThan(moments[1]!);
    expect(moments[1]).toBeLessThan(moments[2]!);
    const touched = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(touched.sort()).toEqual(["postgres1", "postgres2", "postgres3"].map(container));
    expect(longestGapMs).toBeLessThan(10_000);
    for (const url of fleet.nodes) {
      expect(await ask(fleet, url, "show max_connections")).toEqual([{ max_connections: "150" }]);
      await until("every acknowledged row", async () => {
        const rows = await ask(
          fleet,
          url,
          "select from unnest($1::text[]) as id where id not in (select id from rolling)",
          [acknowledged],
        );
        return rows.length === 0 ? true : undefined;
      });
    }
  });

  test("the read endpoint answers from all three nodes again", async () => {
    await until("three nodes", async () => {
      const rows = await Promise.all(
        Array.from({ length: 9 }, () =>
          ask<{ name: string }>(
            fleet,
            readUrl(fleet),
            "select current_setting('cluster_name') as name",
          ),
        ),
      );
      return new Set(rows.map(([row]) => row!.name)).size === 3 ? true : undefined;
    });
  });
});

describe("the end", () => {
  test("destroy can leave the volumes, and the next up finds the data in them", async () => {
    await ask(fleet, writeUrl(fleet), "create table kept (id int primary key)");
    await ask(fleet, writeUrl(fleet), "insert into kept values (42)");
    const volumes = "**docker:index/volume:Volume::**";
    const destroy = ["destroy", "--stack", deployment.stack, "--yes", "--skip-preview"];
    await deployment.mustRun(...destroy, "--exclude", volumes);
    const left = await leftovers(deployment.prefix);
    expect(left.filter((line) => !line.startsWith("volume "))).toEqual([]);
    await deployment.up();
    // Passwords and certificates are new; the rows are not.
    const renewed = { ...fleet, outputs: await deployment.outputs() };
    for (const url of renewed.nodes) {
      await until("the row", async () => {
        const rows = await ask(renewed, url, "select id from kept");
        return rows.length === 1 ? rows : undefined;
      });
    }
  });

  test("destroy leaves no container, network or volume", async () => {
    await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
    expect(await leftovers(deployment.prefix)).toEqual([]);
    const { stdout } = await run("docker", [
      "volume",
      "ls",
      "--quiet",
      "--filter",
      `name=${deployment.prefix}`,
    ]);
    expect(stdout).toBe("");
  });
});

/** When each container was last started, by name: what tells a reload from a restart. */
async function startTimes(): Promise<Record<string, string>> {
  const names = (await leftovers(deployment.prefix)).filter((line) =>
    line.startsWith("container "),
  );
  const described = JSON.parse(
    await docker("inspect", ...names.map((line) => line.slice(10))),
  ) as any[];
  return Object.fromEntries(described.map(({ Name, State }) => [Name.slice(1), State.StartedAt]));
}
