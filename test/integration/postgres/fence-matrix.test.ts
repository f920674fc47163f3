import { describe, test } from "vitest";
import { until } from "../images/bench.ts";
import { type Fault, faults, heal, strike } from "./faults.ts";
import { Rivals } from "./rivals.ts";
import { FENCE, StreamingLab } from "./streaming.ts";

const RELEASED = "had the lead: released";
/** A lease is 20 s, and was renewed up to two seconds before. */
const LEASE_SECONDS = 15;

interface Case {
  readonly leader: Fault;
  readonly fence: Fault;
  readonly first: "leader" | "fence";
}

const all: readonly Case[] = faults.flatMap((fence) =>
  (["leader", "fence"] as const).flatMap((first) =>
    faults.map((leader) => ({ leader, fence, first })),
  ),
);

/**
 * Every pair of faults, and each fault of the leader in both orders, is among a third of the cases. The suite `matrix` runs them all.
 */
const cases = process.env["SYNFLEET_MATRIX"]
  ? all
  : all.filter(({ leader, fence, first }) => {
      const places = [faults.indexOf(leader), faults.indexOf(fence), Number(first === "fence")];
      return places.reduce((sum, place) => sum + place) % faults.length === 0;
    });

// A cluster for each of the fence's faults, side by side: nearly all of it is waiting for leases.
describe.concurrent("leader and fence in trouble, in either order", () => {
  test.for(faults)(
    "a fence's %s, before and after a fault of the leader",
    { timeout: 900_000 },
    async (fence, { expect }) => {
      const lab = new StreamingLab(["postgres1", "postgres2", "postgres3"], {}, { fenced: true });
      try {
        await lab.start();
        for (const each of cases.filter((one) => one.fence === fence)) {
          const { leader, first } = each;
          const name = `${first} first: leader ${leader}, fence ${fence}`;
          const told = await outcome(lab, each);
          console.log(`${name}: ${told.gap} s without writes, ${told.order.join(" → ")}`);
          expect({ name, ...told.safety }).toEqual({ name, lost: [], lostDirectly: [] });
          // One change of the lead, and nothing acknowledged by the old leader once the new one acknowledges.
          expect([name, told.order.length]).toEqual([name, 2]);
          if (leader !== "kill") expect([name, told.released]).toEqual([name, 0]);
          if (leader !== "kill" || first === "fence")
            expect(told.gap, name).toBeGreaterThan(LEASE_SECONDS);
        }
      } finally {
        await lab.stop();
      }
    },
  );
});

async function outcome(lab: StreamingLab, { leader, fence, first }: Case) {
  const { bench } = lab;
  const said = async () => (await bench.logs(FENCE)).split(RELEASED).length - 1;
  await lab.ready([...lab.members], 120);
  await until(async () => (await bench.exec(FENCE, "ready")).code === 0, "the fence to watch");
  const before = (await lab.leader())!;
  const table = `${first}_${leader}_${fence}`;
  const ledger = await lab.writer(table);
  const rivals = await new Rivals(lab, `${table}_directly`).start(before);
  await ledger.more(50);
  const struck = [
    [before, leader],
    [FENCE, fence],
  ] as const;
  const inOrder = first === "leader" ? struck : struck.toReversed();
  const releasedBefore = await said();
  for (const [name, fault] of inOrder) await strike(bench, name, fault);
  await ledger.more(50);
  // Still so when another has led for a while.
  const released = (await said()) - releasedBefore;
  for (const [name, fault] of inOrder) await heal(bench, name, fault);
  await lab.ready([...lab.members], 120);
  const after = (await lab.leader())!;
  const { order, lost: lostDirectly } = await rivals.stop(after);
  return {
    gap: ledger.gap(),
    released,
    order,
    safety: { lost: await ledger.lost(), lostDirectly },
  };
}
