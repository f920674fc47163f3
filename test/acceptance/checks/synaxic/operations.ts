import { describe, expect, test } from "vitest";
import { leftovers } from "../../../support/leftovers.ts";
import { until } from "../../../support/until.ts";
import { Writer, type Site } from "./site.ts";

export function operationChecks(site: () => Site): void {
  describe("operations", () => {
    test("status tells roles, lag, slots and versions", async () => {
      await site().inStep();
      const text = await site().containers.mustCommand("status");
      for (const word of [
        "leader",
        "streaming",
        "lag bytes",
        "primary",
        "slot",
        "17.",
        "watches its members",
      ])
        expect(text).toContain(word);
    });

    test("switchover hands over, loses nothing that was acknowledged, and up leaves it there", async () => {
      const { containers, deployment } = site();
      const from = await site().leader();
      const to = (await site().replicas())[0]!;
      expect(await containers.mustCommand("switchover", to, "--dry-run")).toContain(
        `from ${from} to ${to}`,
      );
      expect(await site().leader()).toBe(from);
      const writer = new Writer(site(), "switch");
      await containers.mustCommand("switchover", to);
      expect(await site().leader()).toBe(to);
      await writer.progress(5);
      expect(await writer.lost()).toEqual([]);
      await deployment.up("--expect-no-changes");
      expect(await site().leader()).toBe(to);
    });

    test("Redis hands over as well, and keeps what it has", async () => {
      const switchover = ["switchover", "replica2", "--service", "redis"];
      const text = await site().containers.mustCommand(...switchover);
      expect(text).toContain("Redis is led by replica2 now; it was main");
      // The balancer may ask a moment later who leads; until then the old primary refuses what it is sent.
      const kept = await until("a write behind the balancer", async () => {
        const client = await site().redis();
        try {
          await client.set("after", "switchover");
          return await client.get("user:100");
        } finally {
          client.destroy();
        }
      });
      expect(kept).toBe("Alice");
    });

    test("reinit refuses the leader, and gives a replica a new copy", async () => {
      const refused = await site().containers.command("reinit", await site().leader());
      expect(refused.stderr).toContain("leads PostgreSQL; allowed: a replica");
      expect(refused.code).toBe(1);
      await site().containers.mustCommand("reinit", (await site().replicas())[0]!);
      await site().inStep();
    });
  });
}

export function replicaChecks(site: () => Site): void {
  describe("replicas", () => {
    test("a replica comes and goes by one command each, and leaves nothing behind", async () => {
      const { containers, deployment } = site();
      const made = async () =>
        (await leftovers(deployment.prefix)).filter((line) => line.includes("replica3"));
      expect(await containers.mustCommand("add-replica", "replica3", "--dry-run")).toContain(
        "postgres-replica3",
      );
      expect(await made()).toEqual([]);

      const started = () =>
        containers.docker("postgres-main", "inspect", "--format", "{{.State.StartedAt}}");
      const before = await started();
      await containers.mustCommand("add-replica", "replica3");
      expect(await started()).toBe(before);
      await containers.must("postgres-fence-local", "ready");
      expect(await containers.sql("postgres-replica3", "select pg_is_in_recovery()")).toBe("t");
      expect(await site().instances(16)).toContain("app-replica3");
      const slots = async () =>
        containers.sql(
          `postgres-${await site().leader()}`,
          "select string_agg(slot_name, ' ') from pg_replication_slots",
        );
      expect(await slots()).toContain("postgres_replica3");

      await containers.mustCommand("remove-replica", "replica3");
      expect(await started()).toBe(before);
      await containers.must("postgres-fence-local", "ready");
      expect(await made()).toEqual([]);
      await until(
        "the slot to be gone",
        async () => ((await slots()).includes("replica3") ? undefined : true),
        { seconds: 120 },
      );
      expect(await containers.must("proxy", "cat", "/etc/synfleet/upstreams.conf")).not.toContain(
        "replica3",
      );
      expect(await site().instances(12)).not.toContain("app-replica3");
    }, 600_000);

    test("who leads is not removed", async () => {
      const leader = await site().leader();
      const { code, stderr } = await site().containers.command("remove-replica", leader);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("allowed: a replica. Hand over first"),
      ]);
    });
  });
}

/** How the container of a part ends, and comes back. */
export interface Loss {
  readonly how: string;
  readonly happens: (alias: string) => Promise<unknown>;
  readonly mends: (alias: string) => Promise<unknown>;
}

export function lossChecks(site: () => Site, losses?: readonly Loss[]): void {
  const docker = (word: string) => (alias: string) => site().containers.docker(alias, word);
  const killed = { how: "killed", happens: docker("kill"), mends: docker("start") };
  describe("the loss of PostgreSQL's primary", () => {
    test.each(losses ?? [killed])(
      "$how, is made good by another, and nothing acknowledged is lost",
      async (loss) => {
        await site().inStep();
        const lost = await site().leader();
        const writer = new Writer(site(), loss.how);
        const seconds = await writer.gapDuring(() => loss.happens(`postgres-${lost}`));
        console.log(`PostgreSQL's primary ${loss.how}: ${seconds} s without writes`);
        // What a lease takes in the profile `fast` is more than 20, and that is the least of all.
        expect(seconds).toBeLessThan(15);
        expect(await site().leader()).not.toBe(lost);
        expect(await writer.lost()).toEqual([]);
        await loss.mends(`postgres-${lost}`);
        await site().inStep();
        await until("the app to be well again", async () =>
          (await site().ask("/actuator/health")).status === 200 ? true : undefined,
        );
      },
    );
  });
}
