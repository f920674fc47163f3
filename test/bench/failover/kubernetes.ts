/** Synaxic's PostgreSQL on a cluster, as its clients see a hand-over and the loss of the leader's pod. */
import { switchover } from "../../../commands/support/patroni.ts";
import { Site } from "../../acceptance/checks/synaxic/site.ts";
import { losses } from "../../kubernetes/losses.ts";
import { Pods } from "../../kubernetes/pods.ts";
import { synaxicOnOneNode } from "../../kubernetes/stack.ts";
import { entries } from "./postgres.ts";
import { rounds, type Measured } from "./rounds.ts";

/** Of a switchover, and of the loss of a pod however it goes. */
const [PLANNED, LOST] = [2, 5];

export async function measured(count: number): Promise<Measured[]> {
  const cluster = await synaxicOnOneNode();
  try {
    await cluster.deployment.up();
    const site = new Site(cluster.deployment, new Pods(cluster), await cluster.outputs());
    const all = site.members.map((member) => `postgres-${member}`);
    const rows: Measured[] = [];
    const exec = (alias: string, argv: readonly string[]) => site.containers.exec(alias, ...argv);
    const handOver = {
      ...{ what: "PostgreSQL on Kubernetes: switchover", goal: PLANNED },
      happens: () => switchover(exec, all),
    };
    rows.push(...(await rounds(await entries(site), handOver, count)));
    for (const { how, happens, mends } of losses(
      () => cluster,
      () => site,
    )) {
      let lost = "";
      const event = {
        ...{ what: `PostgreSQL on Kubernetes: the leader's pod ${how}`, goal: LOST },
        happens: async () => happens((lost = `postgres-${await site.leader()}`)),
        mends: () => mends(lost),
      };
      rows.push(...(await rounds(await entries(site), event, count)));
    }
    return rows;
  } finally {
    await cluster.remove();
  }
}
