/**
 * The state while it changes. Like the CLI it keeps two lists, what this run has made and what it found, and writes both,
 * so that the file is true after every step. Whoever changes it waits for the write that has the change (shared-write.ts).
 */
import type { OperationType, PendingOperation, Snapshot } from "../state/checkpoint.ts";
import { equal } from "../values/property.ts";
import type { Resource } from "./resource.ts";
import { normalize } from "./integrity.ts";
import { isProviderType } from "./urn.ts";
import { SharedWrite } from "./shared-write.ts";

export type Save = (snapshot: Snapshot) => Promise<void>;

export class SnapshotManager {
  private readonly made: Resource[] = [];
  private readonly finished = new Set<Resource>();
  private readonly pending: PendingOperation[];
  private readonly found: readonly Resource[];
  private readonly known: ReadonlySet<Resource>;
  private readonly encryptionSalt: string | undefined;
  private readonly save: Save | undefined;
  private dirty = false;
  /** What the file has by now. */
  private stored: readonly Resource[];
  private readonly writes = new SharedWrite(() => this.write());

  /** Without `save` (a preview) nothing is written. */
  constructor(base: Snapshot, save: Save | undefined) {
    this.found = base.resources;
    this.known = new Set(this.found);
    this.stored = this.found;
    this.pending = [...base.pending];
    this.encryptionSalt = base.encryptionSalt;
    this.save = save;
  }

  current(): Snapshot {
    const resources = [...this.made, ...this.found.filter((r) => !this.finished.has(r))];
    return {
      resources: normalize(resources),
      pending: this.pending,
      encryptionSalt: this.encryptionSalt,
    };
  }

  /** Notes what is about to happen, durably, before it happens. */
  async begin(resource: Resource, type: OperationType): Promise<PendingOperation> {
    const operation = { resource, type };
    this.pending.push(operation);
    try {
      await this.persist();
    } catch (error) {
      // It will not happen.
      this.end(operation);
      throw error;
    }
    return operation;
  }

  end(operation: PendingOperation | undefined): void {
    const at = operation ? this.pending.indexOf(operation) : -1;
    if (at >= 0) this.pending.splice(at, 1);
  }

  /** `made` takes the place of `old` (or is new). Written at once unless nothing of note changed. */
  async replace(old: Resource | undefined, made: Resource, changed = true): Promise<void> {
    if (old) this.drop(old);
    this.made.push(made);
    if (changed) await this.persist();
  }

  async remove(old: Resource): Promise<void> {
    this.drop(old);
    await this.persist();
  }

  /** One that this run made itself may go again: an import that is then replaced, all that a destroy registered. */
  private drop(old: Resource): void {
    const at = this.known.has(old) ? -1 : this.made.indexOf(old);
    if (at >= 0) this.made.splice(at, 1);
    else this.finished.add(old);
  }

  /** A resource in one of the lists was changed in place. */
  persist(): Promise<void> {
    this.dirty = true;
    return this.save ? this.writes.request() : Promise.resolve();
  }

  private async write(): Promise<void> {
    this.dirty = false;
    try {
      const now = this.current();
      await this.save!(now);
      this.stored = now.resources;
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }

  /** Waits for writes under way, and writes once more when the order of resources or their details changed. */
  async close(): Promise<boolean> {
    await this.writes.settled();
    if (this.dirty) await this.persist();
    return this.made.length > 0;
  }

  /** What exists and the file does not have. */
  unsaved(): Resource[] {
    const key = (r: Resource): string => `${r.urn}::${r.id}`;
    const stored = new Set(this.stored.map(key));
    return this.current().resources.filter(
      (r) => r.custom && !isProviderType(r.type) && !stored.has(key(r)),
    );
  }

  markDirty(): void {
    this.dirty = true;
  }
}

const COMPARED = [
  "urn",
  "type",
  "custom",
  "provider",
  "parent",
  "protect",
  "retainOnDelete",
  "deletedWith",
] as const;

/** False when the state would read the same for every purpose but source positions; such steps need no write. */
export function changedInState(old: Resource, now: Resource): boolean {
  for (const key of COMPARED) if ((old[key] || "") !== (now[key] || "")) return true;
  const text = (value: unknown): string => JSON.stringify(value ?? {});
  const sorted = (list: readonly string[] | undefined): string => text([...(list ?? [])].sort());
  const byName = (lists: Resource["propertyDependencies"]): string =>
    text(Object.entries(lists).sort(([left], [right]) => (left < right ? -1 : 1)));
  return (
    !equal(old.inputs, now.inputs) ||
    !equal(old.outputs, now.outputs) ||
    sorted(old.dependencies) !== sorted(now.dependencies) ||
    sorted(old.replaceWith) !== sorted(now.replaceWith) ||
    byName(old.propertyDependencies) !== byName(now.propertyDependencies) ||
    text(old.customTimeouts) !== text(now.customTimeouts) ||
    text(old.resourceHooks) !== text(now.resourceHooks) ||
    !equal(old.replacementTrigger ?? null, now.replacementTrigger ?? null)
  );
}
