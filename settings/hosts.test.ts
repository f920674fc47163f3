import { describe, expect, test } from "vitest";
import { parseSettings } from "./read.ts";
import type { SynapseDBSettings, SynapSettings, SynaxicSettings } from "./settings.ts";

test.each([
  [
    "several hosts without addresses",
    {
      topology: "several-hosts",
      hosts: [{ name: "alpha" }, { name: "beta" }],
      members: [{ name: "pg1" }, { name: "pg2", host: "beta" }],
    },
    [
      "synfleet:hosts[0].address: got nothing; allowed: an IP address by which it is reached (set it; what the hosts say to each other goes by privateAddress, if they have such)",
      "synfleet:hosts[1].address: got nothing; allowed: an IP address by which it is reached (set it; what the hosts say to each other goes by privateAddress, if they have such)",
    ],
  ],
  [
    "a host that is reached in two ways",
    {
      hosts: [
        { name: "alpha", address: "10.0.0.1", engine: "ssh://root@alpha", ssh: { user: "root" } },
      ],
    },
    ['synfleet:hosts[0].engine: got "ssh://root@alpha"; allowed: none beside ssh (leave it out)'],
  ],
  [
    "a host key of another kind",
    { hosts: [{ name: "alpha", ssh: { hostKey: "ssh-dss AAAA" } }] },
    [
      'synfleet:hosts[0].ssh.hostKey: got "ssh-dss AAAA"; allowed: a public key such as "ssh-ed25519 AAAA…"; /etc/ssh/ssh_host_ed25519_key.pub on the host has it',
    ],
  ],
  [
    "a host to log in at without an address",
    { hosts: [{ name: "alpha", ssh: {} }] },
    [
      "synfleet:hosts[0].address: got nothing; allowed: an IP address to log in at (set it; what the hosts say to each other goes by privateAddress, if they have such)",
    ],
  ],
  [
    "a host to prepare without a way to log in",
    { prepareHosts: true },
    ["synfleet:hosts[0].ssh: got nothing; allowed: how to log in, with prepareHosts (set it;"],
  ],
  [
    "a Swarm of hosts without a way to log in",
    { platform: "swarm" },
    [
      "synfleet:hosts[0].ssh: got nothing; allowed: how to log in, with platform swarm (set it; ssh: {} takes the defaults. Or leave platform out)",
    ],
  ],
  [
    "a Swarm that publishes at one address",
    {
      platform: "swarm",
      hosts: [{ name: "alpha", address: "203.0.113.1", ssh: {} }],
      publishAddress: "203.0.113.1",
    },
    [
      'synfleet:publishAddress: got "203.0.113.1"; allowed: nothing, with platform swarm, which publishes on every address of a host',
    ],
  ],
  [
    "a Swarm's host with the name of what speaks to its managers",
    { platform: "swarm", hosts: [{ name: "manager", address: "203.0.113.1", ssh: {} }] },
    [
      'synfleet:hosts[0].name: got "manager"; allowed: any other name, with platform swarm (what speaks',
    ],
  ],
  [
    "another platform",
    { platform: "nomad" },
    ['synfleet:platform: got "nomad"; allowed: docker, swarm, kubernetes'],
  ],
  [
    "SSH from nowhere",
    { preparation: { sshFrom: [] } },
    ["synfleet:preparation.sshFrom: got []; allowed: at least one network, or leave it out"],
  ],
  [
    "a registry with a scheme",
    { imageRegistry: { address: "https://registry.example.com" } },
    [
      'synfleet:imageRegistry.address: got "https://registry.example.com"; allowed: host[:port][/path], such as registry.example.com:5000/team, without https://',
    ],
  ],
  [
    "a registry's authority by its path",
    { imageRegistry: { address: "registry.example.com", caCertificate: "ca.pem" } },
    ['synfleet:imageRegistry.caCertificate: got "ca.pem"; allowed: a certificate in PEM'],
  ],
])("%s: refused", (_, given, expected) => {
  for (const problem of expected) expect(() => parseSettings(given)).toThrow(problem);
});

test("a host that is reached by SSH has its login filled in", () => {
  const at = { name: "alpha", address: "203.0.113.1", privateAddress: "10.0.0.1" };
  const hostKey = "ssh-ed25519 AAAAkey root@alpha";
  expect(parseSettings({ hosts: [{ ...at, ssh: { hostKey } }] }).hosts).toEqual([
    { ...at, ssh: { user: "root", port: 22, hostKey } },
  ]);
});

test("hosts are taken as they are unless it is asked for, and then with a clock and a Docker that are kept", () => {
  const { prepareHosts, preparation } = parseSettings({});
  expect({ prepareHosts, preparation }).toEqual({
    prepareHosts: false,
    preparation: { docker: "managed", clock: true },
  });
});

describe("on several hosts", () => {
  const on = (...hosts: (string | [name: string, region: string])[]) => ({
    topology: "several-hosts",
    hosts: hosts.map((given, index) => {
      const [name, region] = typeof given === "string" ? [given] : given;
      return { name, region, address: `203.0.113.${index + 1}` };
    }),
  });
  const placed = (parts: readonly { name: string; host: string }[]) =>
    parts.map(({ name, host }) => `${name}@${host}`);

  test("there is one member a host, and a quorum over three of them", () => {
    const hosts = ["alpha", "beta", "gamma", "delta"];
    const etcd = ["etcd1@alpha", "etcd2@beta", "etcd3@gamma"];
    const database = parseSettings(on(...hosts)) as SynapseDBSettings;
    expect(placed(database.members)).toEqual(
      hosts.map((host, index) => `postgres${index + 1}@${host}`),
    );
    expect(database.members.map(({ port, managerPort }) => [port, managerPort])).toEqual(
      hosts.map(() => [5432, 8080]),
    );
    const synaxic = parseSettings({ system: "synaxic", ...on(...hosts) }) as SynaxicSettings;
    expect(placed(synaxic.members)).toEqual(hosts.map((host) => `${host}@${host}`));
    for (const settings of [database, synaxic]) expect(placed(settings.etcd)).toEqual(etcd);
    expect(placed(synaxic.sentinels)).toEqual(etcd.map((at) => at.replace("etcd", "sentinel")));
    const synap = parseSettings({ system: "synap", ...on(...hosts) }) as SynapSettings;
    expect(placed(synap.members)).toEqual(hosts.map((host) => `${host}@${host}`));
  });

  test("two have a quorum of one, and no sentinels: promotion is by hand", () => {
    const given = { system: "synaxic", ...on("alpha", "beta") };
    const { members, etcd, sentinels } = parseSettings(given) as SynaxicSettings;
    expect(placed(members)).toEqual(["alpha@alpha", "beta@beta"]);
    expect(placed(etcd)).toEqual(["etcd1@alpha"]);
    expect(sentinels).toEqual([]);
  });

  test("what is placed stays there, and the rest goes where nothing of its kind is", () => {
    const members = [{ name: "one" }, { name: "two", host: "alpha" }, { name: "three" }];
    const given = { system: "synap", ...on("alpha", "beta", "gamma"), members };
    expect(placed((parseSettings(given) as SynapSettings).members)).toEqual([
      ...["one@beta", "two@alpha", "three@gamma"],
    ]);
  });

  test("clients get in on up to three, by names that stay with the hosts", () => {
    const balancers = (...hosts: string[]) => placed(parseSettings(on(...hosts)).balancers);
    expect(balancers("alpha", "beta")).toEqual(["balancer@alpha", "balancer-beta@beta"]);
    expect(balancers("alpha", "beta", "gamma", "delta")).toEqual([
      ...["balancer@alpha", "balancer-beta@beta", "balancer-gamma@gamma"],
    ]);
    expect(placed(parseSettings({}).balancers)).toEqual(["balancer@local"]);
    const given = { ...on("alpha", "beta"), balancers: [{ name: "front", host: "beta" }] };
    expect(placed(parseSettings(given).balancers)).toEqual(["front@beta"]);
  });

  test.each([
    [
      "two balancers on a host",
      [
        { name: "one", host: "alpha" },
        { name: "two", host: "alpha" },
      ],
      'synfleet:balancers[1].host: got "alpha"; allowed: a host that has no other balancer (balancers[0] is on it, with the same ports)',
    ],
    [
      "a balancer on a host that there is not",
      [{ name: "one", host: "delta" }],
      'synfleet:balancers[0].host: got "delta"; allowed: alpha, beta (declare the host under synfleet:hosts, or place the member on a declared one)',
    ],
    ["no balancer", [], "synfleet:balancers: got []; allowed: at least one"],
  ])("%s: refused", (_, balancers, problem) => {
    expect(() => parseSettings({ ...on("alpha", "beta"), balancers })).toThrow(problem);
  });

  test("a member's port is not one on which clients come in there, whichever host it is", () => {
    const members = [{ name: "pg1" }, { name: "pg2", port: 5002 }];
    expect(() => parseSettings({ ...on("alpha", "beta"), members })).toThrow(
      "synfleet:ports.write: got 5002; allowed: a port used once on its host (members[1].port has it already)",
    );
  });

  const regions = on(["a1", "a"], ["a2", "a"], ["b1", "b"], ["b2", "b"], ["c1", "c"]);

  test.each(["synaxic", "synap"])(
    "a member of %s that has a host's name is on that host",
    (system) => {
      const { members } = parseSettings({ ...regions, system }) as SynapseDBSettings;
      expect(members.map(({ name, host }) => [name, host])).toEqual(
        ["a1", "a2", "b1", "b2", "c1"].map((name) => [name, name]),
      );
    },
  );

  test("five in three regions lose no majority with one of them", () => {
    const { members, etcd } = parseSettings(regions) as SynapseDBSettings;
    expect(placed(etcd)).toEqual(["etcd1@a1", "etcd2@b1", "etcd3@c1"]);
    expect(new Set(members.map(({ host }) => host)).size).toBe(5);
  });

  test.each([
    [
      "a quorum of which a region has the most",
      { ...regions, etcd: ["a1", "a2", "b1"].map((host, n) => ({ name: `etcd${n + 1}`, host })) },
      'synfleet:etcd: got "2 of 3 in region a"; allowed: less than half of them in one region, where there are three',
    ],
    [
      "a region on some hosts alone",
      on(["alpha", "a"], "beta"),
      "synfleet:hosts[1].region: got nothing; allowed: a region on every host, or on none",
    ],
  ])("%s: refused", (_, given, problem) => {
    expect(() => parseSettings(given)).toThrow(problem);
  });
});
