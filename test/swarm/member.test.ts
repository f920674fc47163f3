/** From fresh hosts to a Swarm with services on it, and back, by the offline engine and the project's own plugin. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { baseImage, ensureBaseImage } from "../../images/base.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import type { Host } from "../lab/fleet/host.ts";
import { until } from "../support/until.ts";
import { type Engine, loginsOf, stackOf } from "./stack.ts";

let fleet: Fleet;
let hosts: [Host, Host, Host];
let engine: Engine;

beforeAll(async () => {
  await ensureBaseImage(() => undefined);
  fleet = await Fleet.start({ hosts: 3, images: [baseImage] });
  hosts = fleet.hosts as [Host, Host, Host];
  engine = await stackOf(fleet, "hosts.ts", { logins: loginsOf(fleet), image: baseImage });
});
afterAll(() => fleet?.removeAll());

const up = (...words: string[]) => engine("up", "--yes", "--skip-preview", ...words);
const say = (text: string) => engine("config", "set", "swarm-test:text", text);

/** What the service on the first host is told by the one on the second, over the overlay. */
const heard = () =>
  until("the service on the second host answers", async () => {
    const ask =
      "$s = IO::Socket::IP->new(PeerAddr => 'at-host2', PeerPort => 8080, Timeout => 5) or exit 1; print <$s>";
    const id = await hosts[0].docker(["ps", "--quiet", "--filter", "name=on-host1"]);
    const words = ["exec", id, "perl", "-MIO::Socket::IP", "-e", ask];
    return (await hosts[0].docker(words).catch(() => "")) || undefined;
  });
const nodes = async () =>
  (await hosts[0].docker(["node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"]))
    .split("\n")
    .map((line) => line.replace("Leader", "Reachable"))
    .sort();

describe("a Swarm", () => {
  test("is formed of hosts, and its services reach each other through the rules of the hosts", async () => {
    await say("one");
    await up();
    expect(await nodes()).toEqual(["host1 Reachable", "host2 Reachable", "host3 Reachable"]);
    expect(await heard()).toBe("one");
    const outsider = await fleet.outsider();
    for (const { address } of hosts)
      expect(await outsider.openPorts(address, "1-10000")).toEqual([22]);
    await outsider.remove();
  });

  test("changes nothing in a second run, and after a refresh", async () => {
    await engine("refresh", "--yes", "--skip-preview");
    await up("--expect-no-changes");
  });

  test("gives a service another secret, and only then takes the old one away", async () => {
    await say("two");
    await up();
    await until("the service has changed over", async () => (await heard()) === "two" || undefined);
    const names = await hosts[0].docker(["secret", "ls", "--format", "{{.Name}}"]);
    expect(names).toBe("text-two");
    expect(await engine("stack", "export")).not.toMatch(/SWMTKN|dHdv/);
  });

  test("takes a host in again that was taken out by hand, without its former node", async () => {
    await hosts[2].docker(["swarm", "leave", "--force"]);
    expect(await engine("preview", "--refresh")).toContain("host3-member");
    await up("--refresh");
    expect(await nodes()).toEqual(["host1 Reachable", "host2 Reachable", "host3 Reachable"]);
  });

  test("is gone after a destroy", async () => {
    await engine("destroy", "--yes", "--skip-preview");
    for (const host of hosts) {
      const state = await host.docker(["info", "--format", "{{.Swarm.LocalNodeState}}"]);
      expect(state).toBe("inactive");
      expect(await host.docker(["ps", "--all", "--quiet"])).toBe("");
    }
  });
});
