/** A configured provider's hold on its cluster: opened when first needed, asked once whether it answers. */
import type { PropertyMap } from "../../provider.ts";
import { Client } from "./client.ts";
import { Cluster } from "./cluster.ts";
import { ApiError } from "./errors.ts";
import { choose, loadKubeconfig, type Chosen } from "./kubeconfig.ts";
import { isNamespaced, type Kind } from "./kinds.ts";
import { at, textAt } from "./objects.ts";
import { parseSettings, type Settings } from "./settings.ts";
import { Watches } from "./watch.ts";

export interface Opened {
  readonly cluster: Cluster;
  readonly watches: Watches;
}

/** The cluster does not answer, or the configuration does not lead to one. */
export class ClusterUnreachable extends Error {}

const OLDEST_MINOR = 13;

export class Session {
  readonly settings: Settings;
  private readonly env: NodeJS.ProcessEnv;
  private chosen: Chosen | Error | undefined;
  private opened: Promise<Opened> | undefined;
  /** Scope by group and kind of the definitions that this run registers. */
  private readonly definitions = new Map<string, boolean>();

  constructor(config: PropertyMap, env: NodeJS.ProcessEnv) {
    this.settings = parseSettings(config, env);
    this.env = env;
  }

  /** Where objects go that name no namespace; "" when the configuration does not lead to a cluster. */
  get defaultNamespace(): string {
    const chosen = this.choice();
    return chosen instanceof Error ? (this.settings.namespace ?? "") : chosen.namespace;
  }

  /** Fails with ClusterUnreachable. */
  open(): Promise<Opened> {
    this.opened ??= this.connect();
    return this.opened;
  }

  define(crd: PropertyMap): void {
    const key = `${textAt(crd, "spec", "group")}/${textAt(crd, "spec", "names", "kind")}`;
    this.definitions.set(key, textAt(crd, "spec", "scope") === "Namespaced");
  }

  /** A kind that nobody knows yet is taken to live in namespaces. */
  async isNamespaced(kind: Kind, signal: AbortSignal): Promise<boolean> {
    const known = isNamespaced(kind) ?? this.definitions.get(`${kind.group}/${kind.kind}`);
    if (known !== undefined || this.settings.isUnknown) return known ?? true;
    try {
      const { cluster } = await this.open();
      return (await cluster.mapping(kind, signal)).isNamespaced;
    } catch {
      return true;
    }
  }

  private choice(): Chosen | Error {
    try {
      const { kubeconfig, ...overrides } = this.settings;
      this.chosen ??= choose(loadKubeconfig(kubeconfig, this.env), overrides);
    } catch (error) {
      this.chosen = error as Error;
    }
    return this.chosen;
  }

  private async connect(): Promise<Opened> {
    const chosen = this.choice();
    if (chosen instanceof Error) throw new ClusterUnreachable(chosen.message);
    const cluster = new Cluster(new Client(chosen, this.settings.requestSeconds));
    let version: PropertyMap;
    try {
      version = await cluster.client.send("/version");
    } catch (error) {
      // Who may not even ask for the version may still be allowed what is needed.
      if (!(error instanceof ApiError)) throw new ClusterUnreachable((error as Error).message);
      version = {};
    }
    const minor = Number.parseInt(String(at(version, "minor") ?? ""), 10);
    if (textAt(version, "major") === "1" && minor < OLDEST_MINOR)
      throw new Error(`minimum supported cluster version is v1.13. found v1.${minor}`);
    return { cluster, watches: new Watches(cluster) };
  }
}
