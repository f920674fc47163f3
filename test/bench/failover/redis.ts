/** Redis behind its Sentinels, as its clients see a hand-over and a crash. */
import { redisStates, redisSwitchover } from "../../../commands/support/redis.ts";
import { docker } from "../../acceptance/checks/containers.ts";
import type { Site } from "../../acceptance/checks/synaxic/site.ts";
import { until } from "../../support/until.ts";
import { rounds, type Measured, type Store } from "./rounds.ts";

export async function redis(site: Site, count: number): Promise<Measured[]> {
  const exec = (alias: string, argv: readonly string[]) => site.containers.exec(alias, ...argv);
  const members = site.members.map((member) => `redis-${member}`);
  const sentinels = ["sentinel1", "sentinel2", "sentinel3"];
  const primary = () =>
    until("both replicas linked", async () => {
      const states = await redisStates(exec, members);
      return states.filter(({ linked, copying }) => linked && !copying).length === 2
        ? states.find(({ role }) => role === "primary")!.name
        : undefined;
    });
  const inStep = async () => void (await primary());
  let killed = "";
  const handOver = {
    what: "Redis: switchover",
    happens: () => redisSwitchover(exec, { members, sentinels }),
  };
  const crash = {
    what: "Redis: the primary's container killed",
    goal: 3,
    happens: async () => {
      killed = site.containers.name(await primary());
      await docker("kill", killed);
    },
    mends: () => docker("start", killed),
  };
  return [
    ...(await rounds(entries(site, "handed", inStep), handOver, count)),
    ...(await rounds(entries(site, "killed", inStep), crash, count)),
  ];
}

/** An entry is acknowledged when a replica has it too. */
function entries(site: Site, prefix: string, inStep: () => Promise<void>): Store {
  return {
    write: async (id) => {
      const client = await site.redis();
      try {
        await client.set(`${prefix}:${id}`, "kept");
        if ((await client.wait(1, 1000)) < 1) throw new Error("no replica has it");
      } finally {
        client.destroy();
      }
    },
    kept: async (ids) => {
      const client = await site.redis();
      const kept = new Set<number>();
      for (const id of ids) if (await client.get(`${prefix}:${id}`)) kept.add(id);
      client.destroy();
      return kept;
    },
    inStep,
  };
}
