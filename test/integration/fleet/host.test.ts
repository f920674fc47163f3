/** What a host is prepared with, on hosts of the lab: settings that its programs take, and rules as an outsider and a peer find them. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonJson, sysctlText } from "../../../components/host/conf.ts";
import { firewallText, type FirewallArgs } from "../../../components/host/firewall.ts";
import { applyFirewallCommand, confirmFirewallCommand } from "../../../components/host/scripts.ts";
import { baseImage, ensureBaseImage } from "../../../images/base.ts";
import { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import type { Outsider } from "../../lab/fleet/outsider.ts";
import { run } from "../../lab/process.ts";
import { until } from "../../support/until.ts";
import { askAt } from "./swarm.ts";

let fleet: Fleet;
let host: Host;
let peer: Host;
let outsider: Outsider;
const anyone = 20001;
const peers = 20002;
const nobody = 20003;
const ofTheHost = 20004;
const some = "22,20001-20004";

beforeAll(async () => {
  await ensureBaseImage(() => undefined);
  fleet = await Fleet.start({ hosts: 2, images: [baseImage] });
  [host, peer] = fleet.hosts as [Host, Host];
  outsider = await fleet.outsider();
  const answer =
    '$s = IO::Socket::INET->new(Listen => 9, LocalPort => $ARGV[0], ReuseAddr => 1) or die; while ($c = $s->accept) { print $c "here"; close $c }';
  const serve = ["perl", "-MIO::Socket", "-e", answer];
  const published = [anyone, peers, nobody].flatMap((port) => ["--publish", `${port}:8080`]);
  await host.docker([
    "run",
    "--detach",
    "--name",
    "web",
    "--restart",
    "always",
    ...published,
    baseImage,
    ...serve,
    "8080",
  ]);
  await host.must([
    "systemd-run",
    "--quiet",
    "--expand-environment=no",
    ...serve,
    String(ofTheHost),
  ]);
  await until("both answer", async () => {
    const open = await outsider.openPorts(host.address, some);
    return open.length === 5 || undefined;
  });
});
afterAll(() => fleet?.removeAll());

const rules = (changed: Partial<FirewallArgs> = {}) =>
  firewallText({
    peers: [peer.address, peer.address6],
    ports: [
      { port: anyone, from: "anyone" },
      { port: peers, from: "peers" },
    ],
    ...changed,
  });
const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const apply = (text: string, seconds = 60) =>
  host.run(applyFirewallCommand(seconds), { input: text });
const confirm = (text: string) => host.run(confirmFirewallCommand(digest(text)));
const done = { code: 0, stdout: "", stderr: "" };
const isReached = async (from: Host, address: string, port: number) =>
  (await from.run(["timeout", "2", ...askAt(address, port)])).stdout === "here";
/** Asked for a shorter time than the rules are in force. */
const isLockedOut = async () => {
  const options = ["-F", fleet.sshConfig, "-o", "ConnectTimeout=3"];
  return (await run(["ssh", ...options, host.name, "true"])).code === 255;
};
const noTable = () =>
  until(
    "the rules are taken back",
    async () =>
      (await host.console(["nft", "list", "table", "inet", "synfleet"])).code !== 0 || undefined,
  );

/** Of the container, which a neighbour reaches where the host passes it on. */
async function inside(): Promise<string> {
  const path = "{{.NetworkSettings.IPAddress}}";
  const address = await host.docker(["inspect", "--format", path, "web"]);
  await peer.must(["ip", "route", "replace", `${address}/32`, "via", host.address]);
  return address;
}

test("without rules, a neighbour reaches every published port, and containers by their own addresses", async () => {
  expect(await isReached(peer, host.address6, nobody)).toBe(true);
  expect(await isReached(peer, await inside(), 8080)).toBe(true);
});

// Scans of a host that answers nothing take as long as the scanner waits.
describe("rules", { timeout: 300_000 }, () => {
  test("that lock SSH out take themselves back", async () => {
    const closed = rules({ sshFrom: ["192.0.2.1"] });
    expect(await apply(closed, 10)).toEqual(done);
    expect(await isLockedOut()).toBe(true);
    await noTable();
    expect(await host.must(["hostname"])).toBe("host1");
    expect(await confirm(closed)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^firewall: the rules were taken back, because/),
    });
    await host.must(["test", "!", "-e", "/etc/synfleet/firewall.nft"]);
  });

  test("that nobody confirmed do not outlive a restart", async () => {
    expect(await apply(rules({ sshFrom: ["192.0.2.1"] }), 600)).toEqual(done);
    await host.kill();
    await host.boot();
    expect(await host.must(["hostname"])).toBe("host1");
    await noTable();
  });

  test("that nft refuses change nothing", async () => {
    expect(await apply("table inet synfleet { nonsense }")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing was changed: nft refuses the rules\n$/),
    });
    expect((await apply("")).stderr).toMatch(/no rules arrived/);
    await noTable();
  });

  test("hold for an outsider over both families, for containers and for the host", async () => {
    expect(await apply(rules())).toEqual(done);
    expect(await confirm(rules())).toEqual(done);
    await until(
      "it answers",
      async () => (await isReached(peer, host.address, anyone)) || undefined,
    );
    expect(await outsider.openPorts(host.address)).toEqual([22, anyone]);
    expect(await outsider.openPorts(host.address6)).toEqual([22, anyone]);
  });

  test("let a peer use what is for peers, and no more", async () => {
    for (const address of [host.address, host.address6]) {
      expect([address, await isReached(peer, address, peers)]).toEqual([address, true]);
      expect([address, await isReached(peer, address, nobody)]).toEqual([address, false]);
      expect([address, await isReached(peer, address, ofTheHost)]).toEqual([address, false]);
    }
  });

  test("let this host's containers use what is for peers, at its own address too", async () => {
    const ask = (port: number) =>
      host
        .docker(["run", "--rm", baseImage, "timeout", "2", ...askAt(host.address, port)])
        .catch(() => "");
    expect(await ask(peers)).toBe("here");
    expect(await ask(ofTheHost)).toBe("");
  });

  test("close the way to a container's own address", async () => {
    expect(await isReached(peer, await inside(), 8080)).toBe(false);
  });

  test("outlive a restart of the host, of Docker, and of Debian's own firewall", async () => {
    await host.kill();
    await host.boot();
    await until(
      "it answers",
      async () => (await isReached(peer, host.address, peers)) || undefined,
    );
    expect(await outsider.openPorts(host.address, some)).toEqual([22, anyone]);
    await host.must(["systemctl", "restart", "docker"]);
    await until(
      "it answers",
      async () => (await isReached(peer, host.address, peers)) || undefined,
    );
    expect(await outsider.openPorts(host.address, some)).toEqual([22, anyone]);
    await host.must(["systemctl", "start", "nftables"]); // its file begins with: flush ruleset
    for (const what of ["restart", "reload", "stop"]) {
      const table = await host.must(["nft", "list", "table", "inet", "synfleet"]);
      expect(table).toContain("chain admitted");
      await host.must(["systemctl", what, "nftables"]);
    }
    expect(await outsider.openPorts(host.address, some)).toEqual([22, anyone]);
  });

  test("change at once; a change that locks out goes back to those before", async () => {
    const open = rules({ ports: [{ port: ofTheHost, from: [outsider.address] }] });
    expect(await apply(open)).toEqual(done);
    expect(await confirm(open)).toEqual(done);
    const before = await host.must(["nft", "list", "table", "inet", "synfleet"]);
    expect(await apply(rules({ sshFrom: [outsider.address6] }), 10)).toEqual(done);
    expect(await isLockedOut()).toBe(true);
    const now = async () =>
      (await host.console(["nft", "list", "table", "inet", "synfleet"])).stdout.trimEnd();
    const withoutCounts = (text: string) => text.replace(/packets \d+ bytes \d+/g, "");
    await until(
      "the rules are those before",
      async () => withoutCounts(await now()) === withoutCounts(before) || undefined,
    );
    expect(await host.must(["hostname"])).toBe("host1");
    // The same rules again are no change.
    expect(await apply(open)).toEqual(done);
    await host.must(["test", "!", "-e", "/etc/synfleet/firewall.nft.candidate"]);
  });
});

test("Docker and sysctl take their settings", async () => {
  await host.must(["tee", "/etc/docker/daemon.json"], { input: daemonJson({ swarm: false }) });
  await host.must(["dockerd", "--validate", "--config-file", "/etc/docker/daemon.json"]);
  await host.must(["systemctl", "restart", "docker"]);
  expect(
    await host.docker(["info", "--format", "{{.LiveRestoreEnabled}} {{.LoggingDriver}}"]),
  ).toBe("true json-file");
  const names = ["vm.overcommit_memory", "vm.swappiness", "kernel.panic"];
  await host.must(["tee", "/etc/sysctl.d/90-synfleet.conf"], { input: sysctlText });
  await host.must(["sysctl", "--system"]);
  expect(await host.must(["sysctl", "-n", ...names])).toBe("1\n1\n10");
});
