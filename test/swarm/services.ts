/** What a manager of the Swarm says of a deployment's services. */
import { expect } from "vitest";
import { until } from "../support/until.ts";
import type { OnServers } from "../vps/support.ts";

/** The lab's kernel has no ESP. */
export const onSwarm = { platform: "swarm", swarm: { encrypted: false } };

/** The part on each of three hosts by which clients get in. */
export const entrances = (part: string) => [part, `${part}-host2`, `${part}-host3`];

export class Services {
  readonly #servers: OnServers;

  constructor(servers: OnServers) {
    this.#servers = servers;
  }

  manager(...words: string[]): Promise<string> {
    return this.#servers.fleet.host("host1").docker(words);
  }

  /** Ends when each service has its one task, and it is well; and when those that are to have ended have ended. */
  async settled(aliases: readonly string[], ended: readonly string[] = []): Promise<void> {
    const expected = Object.fromEntries([
      ...aliases.map((alias) => [alias, "1/1"]),
      ...ended.map((alias) => [alias, "0/1"]),
    ]);
    await until("all services settled", async () => {
      expect(await this.#replicas()).toEqual(expected);
      return true;
    });
  }

  /** How many tasks of how many each service has, by its alias. */
  async #replicas(): Promise<Record<string, string>> {
    const text = await this.manager("service", "ls", "--format", "{{.Name}} {{.Replicas}}");
    const prefix = `${this.#servers.deployment.prefix}-`;
    return Object.fromEntries(
      text.split("\n").map((line) => line.replace(prefix, "").split(" ") as [string, string]),
    );
  }

  /** What is said of the tasks of a service that are in, or meant for, a state. */
  tasks(alias: string, desired: "ready" | "running"): Promise<string> {
    return this.manager(
      ...["service", "ps", "--no-trunc", "--filter", `desired-state=${desired}`],
      ...["--format", "{{.Node}} {{.CurrentState}} {{.Error}}"],
      `${this.#servers.deployment.prefix}-${alias}`,
    );
  }

  /** Ends when the service has so many tasks, and they run. */
  scale(alias: string, count: number): Promise<string> {
    return this.manager("service", "scale", `${this.#servers.deployment.prefix}-${alias}=${count}`);
  }

  /** Ends when the Swarm says that the service has no host to run on. */
  waiting(alias: string): Promise<string> {
    return until(`${alias} to wait for its host`, async () => {
      const text = await this.tasks(alias, "ready");
      return /no suitable node/.test(text) ? text : undefined;
    });
  }

  /** Ends when it runs there again. */
  backOn(alias: string, host: string): Promise<true> {
    return until(
      `${alias} on ${host} again`,
      async () =>
        new RegExp(`^${host} Running`, "m").test(await this.tasks(alias, "running")) || undefined,
      { seconds: 180 },
    );
  }

  /** What of the deployment, or of a Swarm, is on any host. */
  async left(): Promise<string[]> {
    const found = await this.#servers.containers.leftovers();
    for (const host of this.#servers.fleet.hosts) {
      const state = await host.docker(["info", "--format", "{{.Swarm.LocalNodeState}}"]);
      if (state !== "inactive") found.push(`${host.name}: Swarm ${state}`);
    }
    return found;
  }
}
