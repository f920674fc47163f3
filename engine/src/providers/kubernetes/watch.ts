/** What happens to the objects of a kind in a namespace, told to all who wait for something there: one watch for all. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../../provider.ts";
import type { Cluster } from "./cluster.ts";
import { ApiError } from "./errors.ts";
import { groupVersion, type Kind } from "./kinds.ts";
import { at, textAt, uidOf } from "./objects.ts";

export interface Event {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: PropertyMap;
}

export type Listener = (event: Event) => void;

export interface Subscription {
  readonly end: () => void;
  readonly listed: Promise<undefined>;
}

const RETRY_MS = 1000;
const GONE = 410;

export class Watches {
  private readonly cluster: Cluster;
  private readonly open = new Map<string, Watch>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /**
   * Tells of all objects that there are now, then of each change. Returns how to end it, and when all that are there have been
   * told: what is there after that, and then is not, is told to be deleted; what was gone before is never told.
   */
  subscribe(kind: Kind, namespace: string, listener: Listener): Subscription {
    const key = `${groupVersion(kind)}/${kind.kind}/${namespace}`;
    const watch = this.open.get(key) ?? new Watch(this.cluster, kind, namespace);
    this.open.set(key, watch);
    watch.add(listener);
    const end = (): void => {
      if (watch.remove(listener)) this.open.delete(key);
    };
    return { end, listed: watch.listed };
  }
}

class Watch {
  readonly listed: Promise<undefined>;
  private readonly setListed: (told: undefined) => void;
  private readonly listeners = new Set<Listener>();
  private readonly objects = new Map<string, PropertyMap>();
  private readonly end = new AbortController();
  private readonly cluster: Cluster;
  private readonly kind: Kind;
  private readonly namespace: string;

  constructor(cluster: Cluster, kind: Kind, namespace: string) {
    this.cluster = cluster;
    this.kind = kind;
    this.namespace = namespace;
    ({ promise: this.listed, resolve: this.setListed } = Promise.withResolvers<undefined>());
    void this.run();
  }

  add(listener: Listener): void {
    this.listeners.add(listener);
    for (const object of this.objects.values()) listener({ type: "ADDED", object });
  }

  /** True when nobody listens any more, and the watch has ended. */
  remove(listener: Listener): boolean {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return false;
    this.end.abort();
    return true;
  }

  private async run(): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      try {
        const from = await this.listAll();
        this.setListed(undefined);
        await this.follow(from);
      } catch {
        // Whoever waits has a time-out of its own; a server that is away for a moment is not the end.
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async listAll(): Promise<string> {
    const { signal } = this.end;
    const path = await this.cluster.path(this.kind, this.namespace, undefined, signal);
    const answer = await this.cluster.client.send(path, { signal });
    const items = (answer["items"] ?? []) as PropertyMap[];
    const seen = new Set(items.map(uidOf));
    for (const [uid, object] of this.objects)
      if (!seen.has(uid)) this.tell({ type: "DELETED", object });
    for (const item of items) this.tell({ type: "ADDED", object: this.whole(item) });
    return textAt(answer, "metadata", "resourceVersion");
  }

  private async follow(from: string): Promise<void> {
    const { signal } = this.end;
    const path = await this.cluster.path(this.kind, this.namespace, undefined, signal);
    let resourceVersion = from;
    while (!signal.aborted) {
      const query = { watch: true, resourceVersion, allowWatchBookmarks: true };
      for await (const line of this.cluster.client.lines(path, { query, signal })) {
        const { type, object } = JSON.parse(line) as { type: string; object: PropertyMap };
        if (type === "ERROR")
          throw new ApiError(Number(at(object, "code") ?? GONE), object, "watch");
        resourceVersion = textAt(object, "metadata", "resourceVersion");
        if (type !== "BOOKMARK")
          this.tell({ type: type as Event["type"], object: this.whole(object) });
      }
    }
  }

  private tell(event: Event): void {
    const uid = uidOf(event.object);
    if (event.type === "DELETED") this.objects.delete(uid);
    else this.objects.set(uid, event.object);
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Items of a list do not say what they are. */
  private whole(object: PropertyMap): PropertyMap {
    return { apiVersion: groupVersion(this.kind), kind: this.kind.kind, ...object };
  }
}
