/** What holds of a server that is gone for good: what was on it is given up by name, and another machine takes its place. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { ask, nodesOf, onEachNode, type Nodes } from "../acceptance/checks/fleet.ts";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { Anywhere } from "../support/anywhere.ts";
import { Ledger } from "../support/ledger.ts";
import { urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { declared, onServers, type OnServers } from "./support.ts";

/** What differs between the systems. */
export interface System {
  readonly name: "synaxic" | "synapsedb";
  /** One a host, in their order. */
  readonly members: readonly string[];
  /** What its members' volumes are named by. */
  readonly volume: (member: string) => string;
  /** A row that is there before the loss. */
  before(): Promise<void>;
  /** Writes all the time. */
  writer(): Ledger;
  /** Ends when every member has everything, the new one too; tells which acknowledged rows are not there. */
  missing(writer: Ledger): Promise<unknown[]>;
}

const names = ["host1", "host2", "host3"];

let servers: OnServers;

export function synaxic(): System {
  const members = ["main", "replica1", "replica2"];
  const site = async () => {
    const { deployment, fleet } = servers;
    const containers = new FleetContainers(deployment, fleet);
    return new Site(deployment, containers, await deployment.outputs(), members);
  };
  let known: Site;
  return {
    ...{ name: "synaxic", members },
    volume: (member) => `postgres-${member}-data`,
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

export function synapsedb(): System {
  const members = ["postgres1", "postgres2", "postgres3"];
  let fleet: Nodes;
  const asked = async () => nodesOf(await servers.deployment.outputs());
  const rows = (url: string) =>
    ask<{ id: number }>(fleet, url, "select id from replaced").then((all) =>
      all.map(({ id }) => id).sort((one, other) => one - other),
    );
  return {
    ...{ name: "synapsedb", members },
    volume: (member) => `${member}-data`,
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

/** Where the system is, and which server it loses. */
export interface Loss {
  /** Its host by the name in the settings, of three: `host1`, `host2`, `host3`. */
  readonly lost: string;
  /** The members' hosts in their order. @default the first has the first */
  readonly placed?: readonly string[];
  readonly settings?: Record<string, unknown>;
  /** Ends when what runs the system has taken the host for lost. */
  readonly noticed?: () => Promise<unknown>;
}

export function replacedChecks(
  system: System,
  { lost, placed = names, settings = {}, noticed = () => Promise.resolve() }: Loss,
): () => OnServers {
  const forget = (...words: string[]) => servers.containers.command("forget-host", ...words);
  let writer: Ledger;

  beforeAll(async () => {
    const members = system.members.map((name, index) => ({ name, host: placed[index]! }));
    servers = await onServers(system.name, 3, { members, ...settings });
    await system.before();
  }, 900_000);
  afterAll(() => servers?.remove());

  test("is not forgotten while it answers, and only by its name", async () => {
    const answers = await forget(lost, "--accept-data-loss");
    expect(answers.code).not.toBe(0);
    expect(answers.stderr).toMatch(
      new RegExp(`${lost} answers and has \\d+ containers of this stack`),
    );
    const other = await forget("host9", "--accept-data-loss");
    expect(other.stderr).toContain(
      "got host9; allowed: a host that stack test is on: host1, host2, host3",
    );
    await servers.deployment.up("--expect-no-changes");
  });

  test("is forgotten by the word for what was on it, while the others serve", async () => {
    writer = system.writer();
    await writer.progress(10);
    await servers.fleet.host(lost).kill();
    await writer.progress(10, 120);
    await noticed();
    const unmeant = await forget(lost);
    expect(unmeant.code).not.toBe(0);
    const volume = system.volume(system.members[placed.indexOf(lost)]!);
    expect(unmeant.stderr).toContain(`${servers.deployment.prefix}-${volume}`);
    expect((await forget(lost, "--dry-run")).stdout).toContain("would forget");
    const meant = await forget(lost, "--accept-data-loss");
    expect(meant.stdout + meant.stderr).toContain("forgot");
    expect(meant.code).toBe(0);
    await writer.progress(10);
  });

  test("has its place taken by another machine, with all that was acknowledged", async () => {
    const { fleet, deployment, images } = servers;
    const [machine] = await fleet.add(1, { images });
    const hosts = declared(names.map((name) => (name === lost ? machine! : fleet.host(name)))).map(
      (host, index) => ({ ...host, name: names[index]! }),
    );
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
  }, 900_000);
  return () => servers;
}
