import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../images/bench.ts";
import { heal, strike } from "./faults.ts";
import { FENCE, StreamingLab } from "./streaming.ts";

const lab = new StreamingLab(
  ["postgres1", "postgres2", "postgres3"],
  {},
  { fenced: true, memberOptions: ["--restart", "unless-stopped"] },
);
const { bench, members } = lab;
const leads = async () => (await lab.leader())!;
const writer = (table: string) => lab.writer(table);
const watching = () =>
  until(async () => (await bench.exec(FENCE, "ready")).code === 0, "the fence to watch all");
/** Names of the processes without the lock. */
const LOCKLESS =
  "for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | grep -q synfleet-fence || cat $p/comm; done";
const saidBy = (name: string, text: string) =>
  until(async () => (await bench.logs(name)).includes(text), `${name} to say "${text}"`, 60_000);
const etcd = async (...command: string[]) => {
  const tls = ["ca.crt", "node.crt", "node.key"].map((file) => `/etc/synfleet/tls/${file}`);
  const flags = ["--cacert", tls[0]!, "--cert", tls[1]!, "--key", tls[2]!];
  const { code, output } = await bench.exec("etcd1", "etcdctl", ...flags, ...command);
  if (code !== 0) throw new Error(output);
  return output.trim();
};
/** When a container said a line last, by the engine's clock. */
async function saidAt(name: string, text: string): Promise<string> {
  const log = await bench.logs(name, "--timestamps");
  const line = log.split("\n").findLast((one) => one.includes(text));
  if (line === undefined) throw new Error(`${name} never said "${text}"`);
  return line.split(" ")[0]!;
}
const python = async (script: string) => {
  const told = await bench.exec(
    FENCE,
    ...["env", "PYTHONPATH=/usr/local/lib/synfleet", "python3", "-c", script],
  );
  if (told.code !== 0) throw new Error(told.output);
  return told.output.trim();
};
const releases = async () => (await bench.logs(FENCE)).split("had the lead: released").length - 1;

beforeAll(async () => {
  await lab.begin();
  await watching();
}, 240_000);
afterAll(() => lab.stop(), 60_000);

describe.sequential("a fence beside a streaming cluster of three", () => {
  test("watches locks that every process of a member holds", async () => {
    for (const member of members) {
      // What is left is this question itself.
      await until(async () => {
        const { output } = await bench.exec(member, ...["sh", "-c", LOCKLESS]);
        return output.trim() === "sh";
      }, `every process of ${member} to hold its lock`);
    }
  });

  test("is well with another list of members in its file, and asks to be restarted for it", async () => {
    expect(await bench.exec(FENCE, "apply")).toMatchObject({ code: 0 });
    await bench.write(FENCE, "fence", [lab.fenceFile([...members, "postgres9"])]);
    expect(await bench.exec(FENCE, "healthy")).toMatchObject({ code: 0 });
    expect(await bench.exec(FENCE, "apply")).toMatchObject({ code: 10 });
    await bench.docker("restart", bench.name(FENCE));
    await until(
      async () =>
        (await bench.exec(FENCE, "ready")).output.trim() ===
        "postgres9 does not hold its lock, so its end would not be known",
      "the fence to miss the new member alone",
    );
    expect(await bench.exec(FENCE, "healthy")).toMatchObject({ code: 0 });
    await bench.write(FENCE, "fence", [lab.fenceFile(members)]);
    await bench.docker("restart", bench.name(FENCE));
    await watching();
  });

  test("removes a key only as it was read", async () => {
    const key = "/synfleet/other/leader";
    await etcd("put", key, "postgres1");
    const connect = `from etcd_gateway import Etcd; e = Etcd(["etcd9", "etcd1", "etcd2"])`;
    const read = async () => python(`${connect}; print(*e.read("${key}"))`);
    const remove = async (value: string, revision: string) =>
      python(`${connect}; print(e.delete("${key}", "${value}", "${revision}"))`);
    const [value, revision] = (await read()).split(" ");
    expect(value).toBe("postgres1");
    expect(await remove("postgres2", revision!)).toBe("False");
    await etcd("put", key, "postgres1");
    expect(await remove("postgres1", revision!)).toBe("False");
    const [, now] = (await read()).split(" ");
    expect(await remove("postgres1", now!)).toBe("True");
    expect(await python(`${connect}; print(e.read("${key}"))`)).toBe("None");
  });

  test("lets another member lead within seconds when the leader is killed, and loses nothing", async () => {
    const ledger = await writer("killed");
    await ledger.more(50);
    const before = await leads();
    // Of another cluster in the same etcd, whose member has the same name.
    await etcd("put", "/synfleet/other/leader", before);
    await bench.docker("kill", bench.name(before));
    await ledger.more(50);
    console.log(`leader killed, fenced: ${ledger.gap()} s without writes`);
    expect(ledger.gap()).toBeLessThan(10);
    expect(await releases()).toBe(1);
    expect(await etcd("get", "--print-value-only", "/synfleet/other/leader")).toBe(before);
    await bench.docker("start", bench.name(before));
    await lab.ready();
    await watching();
    expect(await leads()).not.toBe(before);
    expect(await ledger.lost()).toEqual([]);
  });

  test("keeps a leader that crashes away until its lead is released, and it follows then", async () => {
    const ledger = await writer("crashed");
    await ledger.more(50);
    const before = await leads();
    await bench.exec(before, "pkill", "-KILL", "-f", "^/usr/bin/python3 .*patroni-quietly");
    await ledger.more(50);
    console.log(`leader crashed, fenced: ${ledger.gap()} s without writes`);
    expect(ledger.gap()).toBeLessThan(10);
    await lab.ready();
    expect(await leads()).not.toBe(before);
    expect(await releases()).toBe(2);
    const restarts = await bench.docker(
      ...["inspect", "--format", "{{.RestartCount}}", bench.name(before)],
    );
    expect(Number(restarts)).toBeGreaterThan(0);
    const released = await saidAt(FENCE, `${before} has ended and had the lead`);
    expect(released < (await saidAt(before, "Selected new etcd server"))).toBe(true);
    expect(await ledger.lost()).toEqual([]);
  });

  test("does nothing when a replica ends, a leader stops in order, or a backend is killed", async () => {
    const ledger = await writer("calm");
    await ledger.more(20);
    let leader = await leads();
    const replica = members.find((name) => name !== leader)!;
    await bench.docker("kill", bench.name(replica));
    await saidBy(FENCE, `${replica} has ended; ${leader} has the lead: nothing to release`);
    await bench.docker("start", bench.name(replica));
    await lab.ready();
    await bench.docker("restart", bench.name(leader));
    await saidBy(FENCE, `${leader} has ended; `);
    await lab.ready();
    leader = await leads();
    await bench.exec(leader, "pkill", "-KILL", "-f", "^postgres: .*checkpointer");
    await ledger.more(50);
    await lab.ready();
    expect(await leads()).toBe(leader);
    expect(await releases()).toBe(2);
    expect(await ledger.lost()).toEqual([]);
  });

  test("leaves it to the lease when it is frozen with the lock in its hand, and the member waits", async () => {
    await watching();
    const ledger = await writer("held");
    await ledger.more(50);
    const before = await leads();
    await strike(bench, FENCE, "partition");
    await bench.docker("kill", bench.name(before));
    const state = async () => (await bench.exec(FENCE, "cat", "/run/synfleet/state")).output;
    await until(async () => (await state()).includes(`${before} ended`), "the fence to know");
    await strike(bench, FENCE, "freeze");
    await bench.docker("start", bench.name(before));
    await saidBy(before, "the fence is about to release the lead that this member had");
    await ledger.more(50);
    console.log(`leader killed, fence cut off and frozen: ${ledger.gap()} s without writes`);
    const after = await leads();
    expect(await bench.exec(before, "pgrep", "-f", "patroni-quietly")).toMatchObject({ code: 1 });
    await heal(bench, FENCE, "partition");
    await heal(bench, FENCE, "freeze");
    await lab.ready();
    expect(await leads()).toBe(after);
    expect(await releases()).toBe(2);
    expect(await ledger.lost()).toEqual([]);
  });

  test("does nothing where locks are not shared, and where another fence watches already", async () => {
    await watching();
    await lab.addFence("stranger", members, "elsewhere");
    await lab.addFence("second");
    const unseen = async () => (await bench.exec("stranger", "ready")).output;
    for (const member of members)
      await until(
        async () => (await unseen()).includes(`${member} does not hold its lock`),
        "the stranger to look",
      );
    await saidBy("second", "another fence watches these members");
    const before = await leads();
    const ledger = await writer("strangers");
    await ledger.more(50);
    await bench.docker("kill", bench.name(before));
    await ledger.more(50);
    expect(await releases()).toBe(3);
    for (const name of ["stranger", "second"]) {
      expect(await bench.logs(name)).not.toContain("has ended");
    }
    await bench.docker("start", bench.name(before));
    await lab.ready();
    // It stands by: when the first ends, it watches.
    await bench.docker("kill", bench.name(FENCE));
    await until(
      async () => (await bench.exec("second", "ready")).code === 0,
      "the second to watch",
    );
    expect(await ledger.lost()).toEqual([]);
  });

  test("releases the lead of a member that ends with it, before it ends itself", async () => {
    const before = await leads();
    // Both are told to while it can see neither the one nor the other.
    await bench.docker("pause", bench.name("second"));
    await bench.docker("kill", bench.name(before));
    await bench.docker("kill", "--signal", "TERM", bench.name("second"));
    await bench.docker("wait", bench.name("second"));
    expect(await bench.logs("second")).toContain(`${before} has ended and had the lead: released`);
  });
});
