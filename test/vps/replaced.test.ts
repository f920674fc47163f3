/** A server that is gone for good: what was on it is given up by name, and another machine takes its place. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { ask, nodesOf, onEachNode, type Nodes } from "../acceptance/checks/fleet.ts";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { Anywhere } from "../support/anywhere.ts";
import { Ledger } from "../support/ledger.ts";
import { urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { declared, onServers, type OnServers } from "./support.ts";

/** Neither the first, whose balancer a client may know alone, nor one without etcd. */
const LOST = "host2";

/** What differs between the systems. */
interface System {
  readonly name: "synaxic" | "synapsedb";
  /** One a host, in their order. */
  readonly members: readonly string[];
  /** A volume that was on the lost host. */
  readonly volume: string;
  /** A row that is there before the loss. */
  before(): Promise<void>;
  /** Writes all the time. */
  writer(): Ledger;
  /** Ends when every member has everything, the new one too; tells which acknowledged rows are not there. */
  missing(writer: Ledger): Promise<unknown[]>;
}

let servers: OnServers;

function synaxic(): System {
  const members = ["main", "replica1", "replica2"];
  const site = async () => {
    const { deployment, fleet } = servers;
    const containers = new FleetContainers(deployment, fleet);
    return new Site(deployment, containers, await deployment.outputs(), members);
  };
  let known: Site;
  return {
    ...{ name: "synaxic", members },
    volume: "postgres-replica1-data",
    before: async () => {
      known = await site();
      await known.sql("write", "create table test (id bigserial primary key, message text)");
      await known.inStep();
      if ((await known.leader()) !== "replica1")
        await servers.containers.mustCommand("switchover", "replica1");
      await known.inStep();
    },
    writer: () => new Writer(known, "replaced", new Anywhere(urlsOf(known.url("writeAll")))),
    missing: async (writer) => {
      const now = await site();
      await until("the new member to follow", () => now.inStep().then(() => true), {
        seconds: 120,
      });
      return (writer as Writer).lost();
    },
  };
}

function synapsedb(): System {
  const members = ["postgres1", "postgres2", "postgres3"];
  let fleet: Nodes;
  const asked = async () => nodesOf(await servers.deployment.outputs());
  const rows = (url: string) =>
    ask<{ id: number }>(fleet, url, "select id from replaced").then((all) =>
      all.map(({ id }) => id).sort((one, other) => one - other),
    );
  return {
    ...{ name: "synapsedb", members },
    volume: `${members[1]!}-data`,
    before: async () => {
      fleet = await asked();
      const create = "create table replaced (id int primary key)";
      await ask(fleet, String(fleet.outputs.endpoints["write"]), create);
      await onEachNode(fleet, (clients) =>
        until("the table on every node", async () => {
          for (const client of clients) await client.query("select from replaced");
          return true;
        }),
      );
    },
    writer: () => {
      const anywhere = new Anywhere(urlsOf(String(fleet.outputs.endpoints["writeAll"])));
      return new Ledger(
        async (id) =>
          void (await anywhere.ask((url) =>
            ask(fleet, url, "insert into replaced values ($1)", [id]),
          )),
      );
    },
    missing: async (writer) => {
      await writer.stop();
      fleet = await asked();
      const wanted = [...writer.acknowledged].sort((one, other) => one - other);
      const lacks = async (url: string) => {
        const there = new Set(await rows(url));
        return wanted.filter((id) => !there.has(id));
      };
      return until(
        "every node with all rows",
        async () => {
          const all = await Promise.all(fleet.nodes.map(lacks));
          return all.every((ids) => ids.length === 0) ? [] : undefined;
        },
        { seconds: 120 },
      );
    },
  };
}

describe.each([synaxic(), synapsedb()])("a server of $name that is lost for good", (system) => {
  const forget = (...words: string[]) => servers.containers.command("forget-host", ...words);
  let writer: Ledger;

  beforeAll(async () => {
    const members = system.members.map((name, index) => ({ name, host: `host${index + 1}` }));
    servers = await onServers(system.name, 3, { members });
    await system.before();
  });
  afterAll(() => servers?.remove());

  test("is not forgotten while it answers, and only by its name", async () => {
    const answers = await forget(LOST, "--accept-data-loss");
    expect(answers.code).not.toBe(0);
    expect(answers.stderr).toMatch(/host2 answers and has \d+ containers of this stack/);
    const other = await forget("host9", "--accept-data-loss");
    expect(other.stderr).toContain(
      "got host9; allowed: a host that stack test is on: host1, host2, host3",
    );
    await servers.deployment.up("--expect-no-changes");
  });

  test("is forgotten by the word for what was on it, while the others serve", async () => {
    writer = system.writer();
    await writer.progress(10);
    await servers.fleet.host(LOST).kill();
    await writer.progress(10, 120);
    const unmeant = await forget(LOST);
    expect(unmeant.code).not.toBe(0);
    expect(unmeant.stderr).toContain(`${servers.deployment.prefix}-${system.volume}`);
    expect((await forget(LOST, "--dry-run")).stdout).toContain("would forget");
    const meant = await forget(LOST, "--accept-data-loss");
    expect(meant.stdout + meant.stderr).toContain("forgot");
    expect(meant.code).toBe(0);
    await writer.progress(10);
  });

  test("has its place taken by another machine, with all that was acknowledged", async () => {
    const { fleet, deployment, images } = servers;
    const [machine] = await fleet.add(1, { images });
    const hosts = declared(
      ["host1", LOST, "host3"].map((name) => (name === LOST ? machine! : fleet.host(name))),
    ).map((host, index) => ({ ...host, name: `host${index + 1}` }));
    await deployment.set({ hosts });
    await deployment.up();
    await writer.progress(10, 120);
    expect(await system.missing(writer)).toEqual([]);
    const containers = new FleetContainers(deployment, fleet);
    for (const etcd of ["etcd1", "etcd2", "etcd3"])
      await until(`${etcd} to be ready`, async () =>
        (await containers.exec(etcd, "ready")).code === 0 ? true : undefined,
      );
    expect((await containers.command("status")).code).toBe(0);
    await deployment.up("--expect-no-changes");
  });
});
