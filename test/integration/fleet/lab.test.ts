/** The lab itself: what the tests on several hosts rest on. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { baseImage, ensureBaseImage } from "../../../images/base.ts";
import { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import type { Outsider } from "../../lab/fleet/outsider.ts";
import { must, run } from "../../lab/process.ts";
import { until } from "../../support/until.ts";
import {
  askAt,
  askByOverlay,
  formSwarm,
  overlay,
  publishedPort,
  startEverywhere,
} from "./swarm.ts";

let fleet: Fleet;
let [one, two, three]: Host[] = [];
const timed: string[] = [];

async function timing<T>(what: string, done: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await done;
  timed.push(`${what} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

beforeAll(async () => {
  await ensureBaseImage(() => undefined);
  fleet = await timing("three hosts:", Fleet.start({ hosts: 3, images: [baseImage] }));
  [one, two, three] = fleet.hosts;
});
afterAll(async () => {
  await fleet?.removeAll();
  console.log(timed.join("; "));
});

const first = () => one!;
const second = () => two!;
const third = () => three!;
/** Within a second, where a whole one answers within milliseconds. */
const reaches = async (from: Host, to: string) =>
  (await from.console(["ping", "-n", "-c", "1", "-W", "1", to])).code === 0;
const container = (...words: string[]) => ["run", "--rm", "--network", "host", ...words];

describe("a host", () => {
  test("is reached by SSH with its own key, by root and by a user with sudo", async () => {
    expect(await first().must(["hostname"])).toBe("host1");
    const asMaintainer = ["sudo", "-n", "sh", "-c", 'echo "$(id -un) $SUDO_USER"'];
    expect(await first().must(asMaintainer, { user: "maintainer" })).toBe("root maintainer");
    const words = ["printf", "<%s>", "two words", "it's", '"$HOME" \\', ""];
    expect(await first().must(words)).toBe(`<two words><it's><"$HOME" \\><>`);
    expect(await first().must(["cat"], { input: "what is sent" })).toBe("what is sent");
  });

  test("is not reached where another key is expected", async () => {
    const other = ["-o", `HostName=${second().address}`, "-o", "HostKeyAlias=host1"];
    const { code, stderr } = await run(["ssh", "-F", fleet.sshConfig, ...other, "host1", "true"]);
    expect([code, stderr]).toEqual([255, expect.stringMatching(/Host key for host1 has changed/)]);
    const unknown = ["-o", "UserKnownHostsFile=/dev/null"];
    const stranger = await run(["ssh", "-F", fleet.sshConfig, ...unknown, "host1", "true"]);
    expect(stranger.stderr).toMatch(/Host key verification failed/);
  });

  test("is not entered without the fleet's key", async () => {
    const known = `UserKnownHostsFile=${join(fleet.folder, "known_hosts")}`;
    const options = ["-F", "none", "-o", known, "-o", "BatchMode=yes", "-o", "IdentityFile=none"];
    const to = `root@${third().address}`;
    const { code, stderr } = await run(["ssh", ...options, "-o", "IdentityAgent=none", to, "true"]);
    expect([code, stderr]).toEqual([255, expect.stringMatching(/Permission denied/)]);
  });

  test("runs containers on its own engine, from images that were there when it started", async () => {
    for (const host of fleet.hosts) {
      const images = await host.docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
      expect(images).toBe(baseImage);
      expect(await host.docker(container(baseImage, "hostname"))).toBe(host.name);
    }
    // As a host would push one: its layers are read whole, although they are not its own.
    const bytes = await first().must(["sh", "-c", `docker save ${baseImage} | wc -c`]);
    expect(Number(bytes)).toBeGreaterThan(10_000_000);
    const identities = await Promise.all(
      fleet.hosts.map((host) => host.docker(["info", "--format", "{{.ID}}"])),
    );
    expect(new Set(identities).size).toBe(3);
  });

  test("has settings and rules of its own", async () => {
    const before = await must([
      "cat",
      "/proc/sys/vm/overcommit_memory",
      "/proc/sys/net/core/somaxconn",
    ]);
    const settings = "vm.overcommit_memory=2\nnet.core.somaxconn=5432\n";
    await first().must(["tee", "/etc/sysctl.d/90-test.conf"], { input: settings });
    await first().must(["sysctl", "--system"]);
    const names = ["vm.overcommit_memory", "net.core.somaxconn"];
    expect(await first().must(["sysctl", "-n", ...names])).toBe("2\n5432");
    expect(
      await must(["cat", "/proc/sys/vm/overcommit_memory", "/proc/sys/net/core/somaxconn"]),
    ).toBe(before);

    expect(await reaches(second(), first().address)).toBe(true);
    const rules = `table inet test {
      chain input { type filter hook input priority 0; ip saddr ${second().address} icmp type echo-request drop; }
    }`;
    await first().must(["nft", "-f", "-"], { input: rules });
    expect(await reaches(second(), first().address)).toBe(false);
    expect(await reaches(third(), first().address)).toBe(true);
    await first().must(["nft", "delete", "table", "inet", "test"]);
  });
});

describe("between hosts", () => {
  test("private addresses of both families reach", async () => {
    for (const from of fleet.hosts)
      for (const to of fleet.hosts) {
        expect(await reaches(from, to.address)).toBe(true);
        expect(await reaches(from, to.address6)).toBe(true);
      }
  });

  test("a host that is cut off hears nobody and is not heard, until it heals", async () => {
    await second().cutOff();
    try {
      expect(await reaches(first(), second().address)).toBe(false);
      expect(await reaches(second(), first().address6)).toBe(false);
      expect(await reaches(first(), third().address)).toBe(true);
      // Its link is up: it fails as a network fails, not as a cable that is pulled.
      const { stdout } = await second().console(["cat", "/sys/class/net/eth0/carrier"]);
      expect(stdout).toBe("1\n");
    } finally {
      await second().heal();
    }
    await until(
      "it is reached again",
      async () => (await reaches(first(), second().address)) || undefined,
    );
    expect(await second().must(["hostname"])).toBe("host2");
  });

  test("what goes over the wire in clear is seen", async () => {
    const canary = randomBytes(12).toString("hex");
    const listen = second().must(["python3", "-c", receive, second().address6]);
    const capture = await second().capture("ip6 and tcp port 7000");
    await until("it listens", async () => {
      const { stdout } = await second().console(["ss", "-Htln", "sport = :7000"]);
      return stdout || undefined;
    });
    await first().must(["python3", "-c", send, second().address6, canary]);
    expect(await listen).toBe(canary);
    const packets = await capture.stop();
    expect(packets.includes(canary)).toBe(true);
    expect(packets.includes(randomBytes(12).toString("hex"))).toBe(false);
  });
});

const receive = `import socket, sys
server = socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6)
print(server.accept()[0].makefile().read())`;
const send = `import socket, sys
socket.create_connection((sys.argv[1], 7000)).sendall(sys.argv[2].encode())`;

describe("an outsider", () => {
  let outsider: Outsider;
  beforeAll(async () => {
    outsider = await fleet.outsider();
  });

  test("sees the ports that are open, over both families", async () => {
    const scan = (address: string) => outsider.openPorts(address);
    expect(await timing("scan of 65535 ports:", scan(first().address))).toEqual([22]);
    expect(await scan(first().address6)).toEqual([22]);
  });

  test("has another address than the hosts", async () => {
    expect(await outsider.must(["hostname", "-I"])).toContain(outsider.address);
    const all = fleet.hosts.flatMap(({ address, address6 }) => [address, address6]);
    expect(all).not.toContain(outsider.address);
    expect(all).not.toContain(outsider.address6);
  });
});

describe("a host that is lost", () => {
  const kept = "/etc/kept";
  const processes = (host: Host) => host.must(["pgrep", "-cf", "sleep 86399"]);

  test("loses every process when it is killed, and boots with its disk and its addresses", async () => {
    const { hostKey } = third();
    await third().must(["tee", kept], { input: "on disk" });
    const words = ["--detach", "--name", "always", "--restart", "always", baseImage];
    await third().docker(["run", ...words, "sleep", "86399"]);
    await third().docker([
      "run",
      "--rm",
      "--volume",
      "data:/data",
      baseImage,
      "touch",
      "/data/here",
    ]);
    const bootId = await third().must(["cat", "/proc/sys/kernel/random/boot_id"]);

    await timing("kill:", third().kill());
    expect(await reaches(first(), third().address)).toBe(false);
    await timing("boot:", third().boot());

    expect(await third().must(["cat", kept])).toBe("on disk");
    expect(await third().must(["cat", "/proc/sys/kernel/random/boot_id"])).not.toBe(bootId);
    await third().ready();
    expect(third().hostKey).toBe(hostKey);
    expect(await reaches(first(), third().address6)).toBe(true);
    expect(
      await third().docker(["run", "--rm", "--volume", "data:/data", baseImage, "ls", "/data"]),
    ).toBe("here");
    await until(
      "its container was started again",
      async () => (await processes(third())) === "1" || undefined,
    );
  });

  test("does nothing while it is paused, containers in it too, and goes on", async () => {
    const tick = "while :; do date +%s%3N >> /data/ticks; sleep 0.01; done";
    const words = ["--detach", "--volume", "ticks:/data", "--name", "ticks", baseImage];
    await third().docker(["run", ...words, "sh", "-c", tick]);
    const read = ["cat", "/var/lib/docker/volumes/ticks/_data/ticks"];
    const ticks = async () => (await third().must(read)).split("\n").map(Number);
    const ticksAfter = (time: number) =>
      until("it ticks", async () => ((await ticks()).at(-1)! > time ? ticks() : undefined));
    await ticksAfter(0);

    await third().pause();
    const pausedAt = Date.now();
    const ssh = ["ssh", "-F", fleet.sshConfig, "-o", "ConnectTimeout=2"];
    expect((await run([...ssh, "host3", "true"])).code).toBe(255);
    const resumedAt = Date.now();
    await third().resume();

    const all = await ticksAfter(resumedAt);
    expect(all.some((time) => time < pausedAt)).toBe(true);
    expect(all.filter((time) => time > pausedAt && time < resumedAt)).toEqual([]);
    await third().docker(["rm", "--force", "ticks", "always"]);
  });

  test("writes nothing more when its disk is full", async () => {
    const words = ["--detach", "--name", "writer", "--volume", "data:/data", baseImage];
    await third().docker(["run", ...words, "sleep", "infinity"]);
    const write = "dd if=/dev/zero of=/data/file bs=1k count=64 conv=fsync 2>&1";
    const wrote = () => third().docker(["exec", "writer", "sh", "-c", write]);
    await third().fillDisk();
    try {
      await expect(wrote()).rejects.toThrow(/No space left on device/);
    } finally {
      await third().freeDisk();
    }
    expect(await wrote()).toContain("64+0 records out");
  });
});

describe("a Docker Swarm", { timeout: 300_000 }, () => {
  test("forms, with an overlay across hosts and ports at each of them", async () => {
    await timing("Swarm of three:", formSwarm(fleet.hosts));
    await startEverywhere(first(), "web", baseImage);
    for (const from of fleet.hosts)
      for (const to of fleet.hosts) {
        await until(`${from.name} reaches ${to.name} by the overlay`, async () => {
          const told = await askByOverlay(from, "web", to, baseImage).catch(() => "");
          return told === to.name || undefined;
        });
        expect(await from.must(askAt(to.address, publishedPort))).toBe(to.name);
      }
    const resolve = ["--network", overlay, baseImage, "getent", "ahostsv4", "web"];
    const addresses = (await first().docker(["run", "--rm", ...resolve])).match(/^\S+/gm);
    expect(new Set(addresses).size).toBe(3);
  });
});
