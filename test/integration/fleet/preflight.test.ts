/** What is told of servers before anything is changed on one: real ones, each with a fault of its own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DockerHost } from "../../../components/platform/docker/args.ts";
import type { PeerPort } from "../../../components/platform/docker/fleet/fleet.ts";
import { preflight } from "../../../components/platform/docker/preflight.ts";
import { baseImage, ensureBaseImage } from "../../../images/base.ts";
import { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import { until } from "../../support/until.ts";

let fleet: Fleet;
let one: Host;
let two: Host;
let three: Host;

const ports = [{ key: "ports.write", host: "host1", port: 5002 }];
const etcd = { of: "etcd", port: 2379 };
const postgres = { of: "postgres", port: 5432 };
const peers = ["host1", "host2", "host3"].flatMap((host) => [
  { ...etcd, host },
  { ...postgres, host },
]);

beforeAll(async () => {
  await ensureBaseImage(() => undefined);
  fleet = await Fleet.start({ hosts: 3, images: [baseImage] });
  [one, two, three] = fleet.hosts as [Host, Host, Host];
});
afterAll(() => fleet?.removeAll());

const settingsOf = ({ name, address, keyPath: keyFile, hostKey }: Host): DockerHost => ({
  ...{ name, address, ssh: { keyFile, hostKey } },
});

/** What it says of the fleet, of which some hosts are given otherwise than they are; a line a problem. */
async function problems(
  given: Readonly<Record<string, Partial<DockerHost>>> = {},
  wanted: readonly PeerPort[] = peers,
) {
  const hosts = fleet.hosts.map((host) => ({ ...settingsOf(host), ...given[host.name] }));
  const said = await preflight(hosts, ports, { name: "mine" }, wanted).then(
    () => "",
    (error: Error) => error.message,
  );
  return said.split("\n").slice(1);
}

test("servers that are fit and reach each other are passed, and nothing stays on them", async () => {
  expect(await problems()).toEqual([]);
  expect(await one.docker(["ps", "--all", "--quiet"])).toBe("");
  expect(await one.docker(["images", "--quiet", "synfleet-path"])).toBe("");
});

test("ports that this deployment has open already are tried as they are", async () => {
  const listen = [
    "perl",
    "-MIO::Socket",
    "-e",
    "$s = IO::Socket::INET->new(Listen => 9, LocalPort => 5432); sleep",
  ];
  await two.docker([
    ...["run", "--detach", "--name", "mine-postgres2", "--label", "org.synfleet.fleet=mine"],
    ...["--publish", `${two.address}:5432:5432`, baseImage, ...listen],
  ]);
  expect(await problems()).toEqual([]);
  await two.docker(["rm", "--force", "mine-postgres2"]);
});

test("ways that are closed are told one by one, each with its direction", async () => {
  const closed = ["iptables", "--insert", "DOCKER-USER", "--protocol", "tcp"];
  const rule = ["--source", one.address, "--match", "conntrack", "--ctorigdstport", "2379"];
  await two.must([...closed, ...rule, "--jump", "DROP"]);
  await three.must([...closed, "--source", two.address, "--jump", "DROP"]);
  expect(await problems()).toEqual([
    expect.stringMatching(`host1 does not reach host2 at ${two.address}, port 2379: no connection`),
    expect.stringMatching(`host2 does not reach host3 at ${three.address}, ports 2379, 5432: no`),
  ]);
  for (const host of [two, three]) await host.must(["iptables", "--flush", "DOCKER-USER"]);
});

test("ports of a Swarm are its engines' own where there is one, and tried on all hosts", async () => {
  const ofSwarm = ["host1", "host2", "host3"].flatMap((host) =>
    [2377, 7946].map((port) => ({ of: "the Swarm", host, port, swarm: true })),
  );
  await one.docker(["swarm", "init", "--advertise-addr", one.address]);
  const token = await one.docker(["swarm", "join-token", "--quiet", "worker"]);
  await two.docker(["swarm", "join", "--token", token, one.address]);
  expect(await problems({}, ofSwarm)).toEqual([]);
  const closed = ["--protocol", "tcp", "--source", three.address, "--dport", "7946"];
  await two.must(["iptables", "--insert", "INPUT", ...closed, "--jump", "DROP"]);
  expect(await problems({}, ofSwarm)).toEqual([
    expect.stringMatching(`host3 does not reach host2 at ${two.address}, port 7946: no connection`),
  ]);
  await two.must(["iptables", "--delete", "INPUT", ...closed, "--jump", "DROP"]);
  for (const host of [two, one]) await host.docker(["swarm", "leave", "--force"]);
});

test("a kernel that cannot encrypt a Swarm's network is told, where it has to", async () => {
  // All servers have the kernel of the machine that the tests run on, whatever it can.
  const ip = `#!/bin/sh\necho "Error: Requested AEAD algorithm not found." >&2\nexit 2\n`;
  await two.must(["tee", "/usr/local/bin/ip"], { input: ip });
  await two.must(["chmod", "755", "/usr/local/bin/ip"]);
  const onSwarm = { name: "mine", platform: "swarm" } as const;
  const hosts = fleet.hosts.map(settingsOf);
  const up = (encrypted: boolean) =>
    preflight(hosts, ports, { ...onSwarm, swarm: { encrypted } }, peers);
  await expect(up(true)).rejects.toThrow(
    'synfleet:swarm.encrypted: got true, which the kernel of host host2 cannot do ("Error: Requested AEAD',
  );
  await up(false);
  await two.must(["rm", "/usr/local/bin/ip"]);
});

test("all that is wrong with servers is told at once", async () => {
  const sleep = ["--entrypoint", "sleep", baseImage, "600"];
  await one.docker(["run", "--detach", "--name", "web", "--publish", "5002:80", ...sleep]);
  const listener = `my @kept = IO::Socket::INET->new(Listen => 9, LocalAddr => "${one.address}", LocalPort => 2379); sleep`;
  await one.must(["systemd-run", "--quiet", "perl", "-MIO::Socket", "-e", listener]);
  await until("it listens", async () => {
    return (await one.must(["ss", "-Hltn", "sport = :2379"])) !== "" || undefined;
  });
  await two.must([
    "sh",
    "-c",
    `printf '#!/bin/sh\\nexec /bin/date --date "5 seconds" "$@"\\n' > /usr/local/bin/date; chmod 755 /usr/local/bin/date`,
  ]);
  await three.must(["systemctl", "stop", "docker.socket", "docker.service"]);
  expect(await problems()).toEqual([
    expect.stringMatching(/clock of host2 is (4\.\d|5\.0) s ahead of host[13]'s/),
    expect.stringMatching(/Docker Engine of host host3: got .*Cannot connect to the Docker daemon/),
    expect.stringMatching(/synfleet:ports\.write: got 5002, which container web of host host1/),
    expect.stringMatching(/etcd: got 2379, which another program of host host1 listens/),
  ]);
  await two.must(["rm", "/usr/local/bin/date"]);
  await three.must(["systemctl", "start", "docker"]);
});

test("servers that are not reached, and one that is given twice", async () => {
  const { ssh } = settingsOf(one);
  const other = { ...ssh, hostKey: one.hostKey };
  expect(
    await problems({
      host1: { ssh: { ...ssh, user: "nobody" } },
      host2: { ssh: other },
      host3: { ssh: { ...ssh, hostKey: three.hostKey, port: 2222 } },
    }),
  ).toEqual([
    expect.stringMatching(/^ {2}host host1 .*Permission denied.*; allowed: a login by key/),
    expect.stringMatching(/^ {2}host host2 .*got another host key/),
    expect.stringMatching(/^ {2}host host3 .*:2222\): got ".*refused"; allowed: one that answers/),
  ]);
  const again = { address: two.address6, ssh: settingsOf(two).ssh };
  expect(await problems({ host3: again })).toContainEqual(
    expect.stringMatching(/hosts: host2 and host3 are one machine/),
  );
});
