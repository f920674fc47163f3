/** Waits: feeds a rule with what the cluster tells, until it is satisfied or the time is over. */
import type { Call, PropertyMap } from "../../../provider.ts";
import type { Cluster } from "../cluster.ts";
import { isNotFound, NotReady } from "../errors.ts";
import { at, nameOf, namespaceOf, textAt, uidOf } from "../objects.ts";
import type { Event, Watches } from "../watch.ts";
import { kindOfObject } from "../kinds.ts";
import { EVENT, type Waiting } from "./waiting.ts";

const REMIND_MS = 10_000;
const SETTLE_MS = 10_000;
const GRACE_MS = 60_000;

/** The user's own limit: the engine ends the call's signal at it. Told from a run that was cancelled. */
export const isTimeout = (signal: AbortSignal): boolean =>
  signal.aborted && /^timed out after/.test((signal.reason as Error | undefined)?.message ?? "");

/** Resolves with the ready object; rejects with NotReady, which has the object as far as it came. */
export function untilReady(
  call: Call,
  watches: Watches,
  waiting: Waiting,
  seconds: number,
): Promise<PropertyMap> {
  const namespace = namespaceOf(waiting.object());
  const owner = uidOf(waiting.object());
  return new Promise((resolve, reject) => {
    const endings: (() => void)[] = [];
    let isOver = false;
    const finish = (conclude: () => void): void => {
      if (isOver) return;
      isOver = true;
      for (const end of endings) end();
      conclude();
    };
    const fail = (message: string): void =>
      finish(() =>
        waiting.isAcceptable?.()
          ? resolve(waiting.object())
          : reject(new NotReady(message, waiting.object(), waiting.problems())),
      );
    const later = (ms: number, act: () => void): void => {
      const timer = setTimeout(() => {
        act();
        decide();
      }, ms);
      endings.push(() => clearTimeout(timer));
    };
    const decide = (): void => {
      if (isOver) return;
      try {
        const failure = waiting.failure?.();
        if (failure) finish(() => reject(failure));
        else if (waiting.isReady()) finish(() => resolve(waiting.object()));
      } catch (error) {
        finish(() => reject(new NotReady((error as Error).message, waiting.object(), [])));
      }
    };
    const see = (event: Event): void => {
      if (isOver) return;
      if (waiting.see(event)) later(SETTLE_MS, () => waiting.settled?.());
      decide();
    };
    const stop = (): void => {
      const name = nameOf(waiting.object());
      if (!isTimeout(call.signal)) fail(`Resource operation was cancelled for "${name}"`);
      else if (waiting.seconds === undefined) fail(timeoutMessage(waiting));
    };

    later((waiting.seconds ?? seconds) * 1000, () => fail(timeoutMessage(waiting)));
    if (waiting.graceOver) later(GRACE_MS, () => waiting.graceOver!());
    const reminder = setInterval(() => waiting.remind?.(), REMIND_MS);
    endings.push(() => clearInterval(reminder));
    call.signal.addEventListener("abort", stop, { once: true });
    endings.push(() => call.signal.removeEventListener("abort", stop));
    if (call.signal.aborted) stop();
    decide();
    if (isOver) return;
    for (const kind of waiting.watches) endings.push(watches.subscribe(kind, namespace, see).end);
    endings.push(watches.subscribe(EVENT, namespace, warn).end);
  });

  /** What the cluster says of the object itself. */
  function warn({ object }: Event): void {
    if (textAt(object, "involvedObject", "uid") === owner && textAt(object, "type") === "Warning")
      call.log(`${textAt(object, "reason")}: ${textAt(object, "message")}`, "warning");
  }
}

const timeoutMessage = (waiting: Waiting): string =>
  waiting.timeoutMessage ?? `'${nameOf(waiting.object())}' timed out waiting to be Ready`;

/** Whether the object is ready now, without waiting. */
export async function readNow(call: Call, cluster: Cluster, waiting: Waiting): Promise<void> {
  const namespace = namespaceOf(waiting.object());
  for (const kind of waiting.watches) {
    const own = kind.kind === textAt(waiting.object(), "kind");
    const objects = own
      ? [waiting.object()]
      : await cluster.list(kind, namespace, call.signal).catch(() => []);
    for (const object of objects) waiting.see({ type: "ADDED", object });
  }
  waiting.settled?.();
  if (waiting.isReady()) return;
  const object = waiting.object();
  const message = `Resource '${nameOf(object)}' was created but failed to initialize`;
  throw new NotReady(message, object, waiting.problems());
}

/** Waits until an object that was told to go is gone. */
export async function untilGone(
  call: Call,
  cluster: Cluster,
  watches: Watches,
  object: PropertyMap,
  seconds: number,
): Promise<void> {
  const kind = kindOfObject(object);
  const name = nameOf(object);
  let last = object;
  const isGone = async (): Promise<boolean> => {
    try {
      last = await cluster.get(kind, namespaceOf(object), name);
      // Another of the same name has taken its place.
      return uidOf(object) !== "" && uidOf(last) !== uidOf(object);
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  };
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const over = (): void => resolve(undefined);
  const timer = setTimeout(over, seconds * 1000);
  call.signal.addEventListener("abort", over, { once: true });
  if (call.signal.aborted) over();
  const mapping = await cluster.mapping(kind);
  const space = mapping.isNamespaced ? namespaceOf(object) : "";
  const { end, listed } = watches.subscribe(kind, space, (event) => {
    if (nameOf(event.object) !== name) return;
    if (event.type === "DELETED") over();
    else if (at(event.object, "metadata", "deletionTimestamp"))
      call.log("Resource scheduled for deletion");
  });
  try {
    if (await isGone()) return;
    // It may have gone before the watch knew it, which then never tells of it.
    await Promise.race([listed, promise]);
    if (await isGone()) return;
    await promise;
    if (await isGone()) return;
  } finally {
    clearTimeout(timer);
    end();
  }
  const finalizers = at(last, "metadata", "finalizers");
  const held = Array.isArray(finalizers) ? finalizers.join(", ") : "";
  call.log(`finalizers might be preventing deletion (${held})`, "warning");
  throw new NotReady("timed out waiting for the condition", last, []);
}
