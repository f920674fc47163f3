/** Synap as its clients and its operators reach it. */
import type { Outputs } from "../../../../commands/support/stack.ts";
import { Anywhere } from "../../../support/anywhere.ts";
import { Ledger } from "../../../support/ledger.ts";
import { until } from "../../../support/until.ts";
import type { Containers } from "../containers.ts";
import { ask } from "../https.ts";

export interface State {
  readonly name: string;
  readonly mode: string;
  readonly ready: boolean;
}

export class SynapSite {
  readonly members: readonly string[];
  readonly containers: Containers;
  readonly outputs: Outputs;

  constructor(members: readonly string[], containers: Containers, outputs: Outputs) {
    this.members = members;
    this.containers = containers;
    this.outputs = outputs;
  }

  request(end: "read" | "write", path: string, options: object = {}) {
    return ask(`${String(this.outputs.endpoints[end])}${path}`, {
      ca: this.outputs.caCertificate,
      ...this.outputs.credentials.synap!,
      ...options,
    });
  }

  set(key: string, value: string, end: "read" | "write" = "write") {
    return this.request(end, "/kv/set", { method: "POST", json: { key, value, ttl: 3600 } });
  }

  async get(key: string, end: "read" | "write" = "read"): Promise<unknown> {
    return JSON.parse((await this.request(end, `/kv/get/${key}`)).text);
  }

  /** Ends when the next write is taken. */
  async written(key: string, value: string): Promise<void> {
    await until("the next write", async () =>
      (await this.set(key, value)).status === 200 ? true : undefined,
    );
  }

  /** Ends when every replica serves the value: the read endpoint goes over them in turn. */
  async everywhere(key: string, value: string, count: number): Promise<void> {
    await until(`${key} on every replica`, async () => {
      const answers = await Promise.all(Array.from({ length: 2 * count }, () => this.get(key)));
      return answers.every((answer) => answer === value) ? true : undefined;
    });
  }

  /** Writes one key after the other until it is stopped. */
  ledger(): Ledger {
    return new Ledger(async (id) => {
      const { status, text } = await this.set(`k${id}`, "v");
      if (status !== 200 || !JSON.parse(text).success) throw new Error(text);
    });
  }

  /** The same by a client that knows every host with a balancer. */
  ledgerAnywhere(): Ledger {
    const { caCertificate: ca, credentials, endpoints } = this.outputs;
    const anywhere = new Anywhere(endpoints["writeAll"] as string[]);
    return new Ledger((id) =>
      anywhere.ask(async (url) => {
        const json = { key: `k${id}`, value: "v", ttl: 3600 };
        const given = { ca, method: "POST", json, seconds: 3, ...credentials.synap! };
        const { status, text } = await ask(`${url}/kv/set`, given);
        if (status !== 200 || !JSON.parse(text).success) throw new Error(text);
      }),
    );
  }

  /** Acknowledged keys that the master does not have. */
  async lost({ acknowledged }: Ledger): Promise<string[]> {
    const lost: string[] = [];
    for (const key of acknowledged.map((id) => `k${id}`))
      if ((await this.get(key, "write")) !== "v") lost.push(key);
    return lost;
  }

  states(names: readonly string[] = this.members): Promise<State[]> {
    return Promise.all(
      names.map(
        async (name) =>
          JSON.parse(await this.containers.must(name, "synap-admin", "status")) as State,
      ),
    );
  }

  async master(): Promise<string | undefined> {
    return (await this.states()).find(({ mode }) => mode === "master")?.name;
  }

  async whole(names: readonly string[] = this.members): Promise<void> {
    await until("every member ready", async () =>
      (await this.states(names)).every(({ ready }) => ready) ? true : undefined,
    );
  }
}
