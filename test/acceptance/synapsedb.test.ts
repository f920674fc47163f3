import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../commands/support/process.ts";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { until } from "../support/until.ts";
import { Containers, docker } from "./checks/containers.ts";
import { dashboardChecks } from "./checks/dashboards.ts";
import { failoverChecks } from "./checks/failover.ts";
import { ask, nodesOf, readUrl, writeUrl, type Fleet } from "./checks/fleet.ts";
import { replicationChecks } from "./checks/replication.ts";
import { rollingChecks } from "./checks/rolling.ts";
import { schemaChecks } from "./checks/schema.ts";
import { serviceChecks } from "./checks/services.ts";

let deployment: Deployment;
let containers: Containers;
let fleet: Fleet;

beforeAll(async () => {
  deployment = await Deployment.create();
  await deployment.up();
  containers = new Containers(deployment);
  fleet = {
    ...nodesOf(await deployment.outputs()),
    kill: async (member) => void (await docker("kill", containers.name(member))),
    start: async (member) => void (await docker("start", containers.name(member))),
    logs: (alias) => docker("logs", containers.name(alias)),
  };
});

afterAll(async () => {
  await deployment?.remove();
});

describe("services", () => serviceChecks(() => fleet));
describe("replication", () => replicationChecks(() => fleet));
describe("schema", () => schemaChecks(() => fleet));
describe("dashboards", () => dashboardChecks(() => fleet.outputs));

describe("secrets and containers", () => {
  const secrets = () => {
    const { postgres, managerToken, statistics } = fleet.outputs.credentials;
    return [postgres.password, managerToken, statistics.password];
  };

  test("no secret is in a container's description, its log, or the plain state", async () => {
    const names = await containers.names();
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
      containers.name("postgres1"),
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
    const names = await containers.names();
    const described = JSON.parse(await docker("inspect", ...names)) as any[];
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
    const before = await containers.startTimes();
    const text = await deployment.up("--expect-no-changes");
    expect(text).toMatch(/\d+ unchanged/);
    expect(await containers.startTimes()).toEqual(before);
  });

  test("a refresh finds everything as it was recorded, and the up after it plans nothing", async () => {
    const before = await containers.startTimes();
    await deployment.mustRun("refresh", "--stack", deployment.stack, "--yes", "--skip-preview");
    await deployment.up("--expect-no-changes");
    expect(await containers.startTimes()).toEqual(before);
  });

  rollingChecks(() => ({ deployment, containers, fleet }));

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
    await deployment.destroy("--exclude", volumes);
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
    await deployment.destroy();
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
