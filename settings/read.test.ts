import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSettings, publishedPorts, SettingsError } from "./read.ts";
import type { SynapseDBSettings, SynapSettings, SynaxicSettings } from "./settings.ts";

function problemsOf(given: unknown): string[] {
  try {
    parseSettings(given);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

describe("defaults", () => {
  test("are SynapseDB on one host, with the guide's ports", () => {
    const settings = parseSettings({}) as SynapseDBSettings;
    expect(settings.members).toEqual([
      { name: "postgres1", number: 1, host: "local", port: 5432, managerPort: 8080 },
      { name: "postgres2", number: 2, host: "local", port: 5433, managerPort: 8084 },
      { name: "postgres3", number: 3, host: "local", port: 5434, managerPort: 8088 },
    ]);
    expect(settings.ports).toEqual({
      read: 5001,
      write: 5002,
      statistics: 8404,
      prometheus: 9090,
      grafana: 3000,
    });
    expect(settings.etcd.map(({ name }) => name)).toEqual(["etcd1", "etcd2", "etcd3"]);
    expect(settings.name).toBe("synapsedb");
  });

  test("of Synaxic are a main server and two replicas, of which only the shared ports are published", () => {
    const settings = parseSettings({ system: "synaxic" }) as SynaxicSettings;
    expect(settings.members).toEqual(
      ["main", "replica1", "replica2"].map((name) => ({ name, host: "local" })),
    );
    expect(settings.name).toBe("synaxic");
    expect(settings.sentinels).toHaveLength(3);
    expect(publishedPorts(settings).map(({ key, port }) => `${key} ${port}`)).toEqual([
      ...["ports.http 8080", "ports.https 8443", "ports.read 5001", "ports.write 5002"],
      ...["ports.redis 6380", "ports.statistics 8404", "ports.prometheus 9090"],
    ]);
  });

  test("of Synap are a master and two replicas", () => {
    const settings = parseSettings({ system: "synap" }) as SynapSettings;
    expect(settings.members.map(({ name }) => name)).toEqual(["synap1", "synap2", "synap3"]);
    expect(settings.master).toBe("synap1");
  });
});

describe("wrong settings", () => {
  const hosts = [{ name: "alpha" }, { name: "beta" }];
  test.each<[string, unknown, string[]]>([
    [
      "unknown topology",
      { topology: "mesh" },
      ['synfleet:topology: got "mesh"; allowed: single-host, several-hosts'],
    ],
    [
      "two members with one name",
      { members: [{ name: "pg1" }, { name: "pg1", number: 2 }] },
      [
        'synfleet:members[1].name: got "pg1"; allowed: a name used once (members[0].name has it already)',
      ],
    ],
    [
      "members of etcd that all join",
      { etcd: [{ name: "etcd1", joins: true }] },
      [
        'synfleet:etcd: got "members that all join"; allowed: at least one that began the cluster (leave joins out for those that are there)',
      ],
    ],
    [
      "an even count of etcd members",
      { etcd: [{ name: "etcd1" }, { name: "etcd2" }] },
      [
        'synfleet:etcd: got "2 members"; allowed: an odd number: 1, 3, 5 or 7 (add one or remove one; 3 tolerate the loss of one)',
      ],
    ],
    [
      "a port used twice in the stack",
      { ports: { read: 5432 } },
      [
        "synfleet:ports.read: got 5432; allowed: a port used once on its host (members[0].port has it already)",
      ],
    ],
    [
      "a member on an undeclared host",
      { members: [{ name: "pg1" }, { name: "pg2", host: "omega" }] },
      [
        'synfleet:members[1].host: got "omega"; allowed: local (declare the host under synfleet:hosts, or place the member on a declared one)',
      ],
    ],
    [
      "a member whose number nothing tells",
      { members: [{ name: "left" }, { name: "pg2" }] },
      [
        "synfleet:members[0].number: got nothing; allowed: 1 to 16 (give it, since it cannot be taken from the end of the name left)",
      ],
    ],
    [
      "a misspelt key",
      { topolgy: "single-host" },
      [
        'synfleet:topolgy: got "single-host"; allowed: no such key (see docs/settings.md for the keys that there are)',
      ],
    ],
    [
      "a reserved name",
      { members: [{ name: "balancer", number: 1 }, { name: "pg2" }] },
      [
        'synfleet:members[0].name: got "balancer"; allowed: a name used once (balancers[0].name has it already)',
      ],
    ],
    [
      "more page cache than fits",
      { postgres: { memoryMiB: 512, sharedBuffersMiB: 400 } },
      [
        "synfleet:postgres.sharedBuffersMiB: got 400; allowed: at most half of postgres.memoryMiB (512) (lower it or raise postgres.memoryMiB)",
      ],
    ],
    [
      "several hosts under a topology of one",
      { hosts },
      [
        'synfleet:topology: got "single-host"; allowed: exactly one entry in synfleet:hosts (it has 2; remove the others, or set topology to several-hosts)',
      ],
    ],
    [
      "a fraction where only whole numbers go",
      { readySeconds: 30.5 },
      ["synfleet:readySeconds: got 30.5; allowed: a whole number"],
    ],
    [
      "a word where there is yes or no",
      { grafana: "maybe" },
      ['synfleet:grafana: got "maybe"; allowed: true or false'],
    ],
    [
      "a name where a list goes",
      { members: "postgres1" },
      ['synfleet:members: got "postgres1"; allowed: a list'],
    ],
    [
      "a number given as a word",
      { postgres: { maxConnections: "many" } },
      ['synfleet:postgres.maxConnections: got "many"; allowed: a number'],
    ],
    [
      "an unknown system",
      { system: "oracle", members: 1 },
      ['synfleet:system: got "oracle"; allowed: synapsedb, synaxic, synap'],
    ],
    [
      "a setting of another system",
      { system: "synap", etcd: [] },
      [
        "synfleet:etcd: got []; allowed: no such key (see docs/settings.md for the keys that there are)",
      ],
    ],
    [
      "a candidate and a count of sentinels that cannot be",
      {
        system: "synaxic",
        postgres: { candidates: ["main", "replica9"] },
        sentinels: [{ name: "s1" }, { name: "s2" }],
      },
      [
        'synfleet:postgres.candidates: got "replica9"; allowed: main, replica1, replica2 (name members)',
        'synfleet:sentinels: got "2 sentinels"; allowed: none, or an odd number of at least 3 (add or remove one; without any, a dead Redis primary is replaced by hand)',
      ],
    ],
    [
      "Redis without TLS",
      { system: "synaxic", redis: { tls: false } },
      [
        "synfleet:redis.tls: got false; allowed: true: without TLS passwords and data would cross the network in clear",
      ],
    ],
    [
      "an app without its image, and an image without its app",
      { system: "synaxic", app: { program: "image" } },
      ["synfleet:app.image: got nothing; allowed: the image of image (set it)"],
    ],
    [
      "a master that is no member",
      { system: "synap", master: "synap9" },
      ['synfleet:master: got "synap9"; allowed: synap1, synap2, synap3 (name a member)'],
    ],
  ])("%s", (_, given, expected) => {
    expect(problemsOf(given)).toEqual(expected);
  });

  test("of both kinds are told together: wrong by themselves, and wrong beside each other", () => {
    const given = { topology: "mesh", etcd: [{ name: "etcd1" }, { name: "etcd1" }] };
    expect(problemsOf(given).map((line) => line.split(": got")[0])).toEqual([
      "synfleet:topology",
      "synfleet:etcd[1].name",
      "synfleet:etcd",
    ]);
  });

  test("are all told at once", () => {
    const given = { topology: "single-host", etcd: [], members: [{ name: "a1" }, { name: "b1" }] };
    expect(problemsOf(given).map((line) => line.split(":")[1])).toEqual([
      "members[1].number",
      "etcd",
      "members[1].port",
      "members[1].managerPort",
    ]);
  });
});

describe("any input", () => {
  test("is either a whole set of settings or a list of problems, never another error", () => {
    const given = fc.record(
      {
        system: fc.constantFrom("synapsedb", "synaxic", "synap", undefined, 7),
        topology: fc.anything(),
        members: fc.anything(),
        etcd: fc.array(fc.record({ name: fc.string() })),
        postgres: fc.object(),
        ports: fc.dictionary(fc.constantFrom("read", "write", "extra"), fc.integer()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, (settings) => {
        const problems = problemsOf(settings);
        expect(problems.every((line) => line.startsWith("synfleet:"))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
