/** Steps as they are shown: what the deployment said when they began and ended, in the terms of Pulumi's engine events. */
import type { ChangeKind, Diff } from "../provider.ts";
import type { Event, Op } from "../deployment/events.ts";
import type { Resource } from "../deployment/resource.ts";
import { isProviderType, urnName } from "../deployment/urn.ts";
import { parsePath } from "../values/path.ts";
import { Secret, hasSecret, isObject, type Value, type Values } from "../values/property.ts";

export interface StepView {
  readonly op: Op;
  readonly urn: string;
  readonly type: string;
  /** Copies: the deployment goes on with its own. */
  readonly old?: Resource | undefined;
  readonly now?: Resource | undefined;
  /** Root properties that made it a replacement. */
  readonly keys: readonly string[];
  /** Root properties that differ. */
  readonly diffs: readonly string[];
  readonly detailed?: { readonly [path: string]: ChangeKind };
  /** The paths compare inputs with inputs, and not outputs with inputs. */
  readonly inputDiff?: boolean;
  /** An operation of its own, and not half of a replacement. */
  readonly logical: boolean;
  readonly provider: string;
}

const PHYSICAL = new Set<Op>([
  "create-replacement",
  "delete-replaced",
  "discard-replaced",
  "import-replacement",
  "read-replacement",
]);
const REMOVES = new Set<Op>(["delete", "delete-replaced", "discard-replaced"]);

/** Steps on default providers are the engine's own affair: they are neither shown nor counted. */
export const isInternalStep = ({ urn, type }: { urn: string; type: string }): boolean =>
  isProviderType(type) && /^default(_|$)/.test(urnName(urn));

const MASK = new Secret("[secret]");

/** Secrets are all alike to who may not see them, so that none is said to have changed. */
function veiled(value: Value): Value {
  if (value instanceof Secret) return MASK;
  if (Array.isArray(value)) return value.map(veiled);
  return isObject(value) ? veiledMap(value) : value;
}

const veiledMap = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, veiled(value)]));

const roots = (paths: readonly string[]): string[] => [
  ...new Set(paths.map((path) => String(parsePath(path)[0]))),
];

type Reasons = Pick<StepView, "keys" | "diffs" | "detailed" | "inputDiff">;

function reasons(diff: Diff | undefined, now: Resource | undefined): Reasons {
  if (!diff || diff.byEngine) return { keys: [], diffs: [] };
  const compared = diff.inputDiff ? { inputDiff: true } : {};
  const diffs = roots(diff.changed);
  if (!diff.detailed) return { keys: roots(diff.replaced), diffs };
  // A provider that tells path by path names no root properties; the program's own wish does when it covers one.
  const wished = (now?.replaceOnChanges ?? []).map((pattern) => parsePath(pattern));
  const covers = (key: string): boolean =>
    wished.some(([head, ...rest]) => rest.length === 0 && (head === "*" || head === key));
  const detailed = Object.fromEntries(
    Object.entries(diff.detailed).map(([path, kind]) => [
      path,
      diff.replaced.includes(path) && !kind.endsWith("-replace")
        ? (`${kind}-replace` as ChangeKind)
        : kind,
    ]),
  );
  if (diff.replacedFor)
    return { keys: [...diff.replacedFor, ...diffs.filter(covers)], diffs: [], detailed };
  const keys = new Set([...(diff.keys ?? []), ...diffs.filter(covers)]);
  return { keys: [...keys], diffs, detailed, ...compared };
}

/** Two steps of one resource may go on at a time: what it is and what an earlier run left of it are both deleted. */
const keyOf = (op: Op, urn: string): string => `${op} ${urn}`;

/** Keeps what began, since what ends does not repeat it. */
export class Steps {
  private readonly begun = new Map<string, StepView & { readonly source: Resource | undefined }>();
  private readonly latest = new Map<string, StepView>();
  private readonly showSecrets: boolean;

  constructor(showSecrets = false) {
    this.showSecrets = showSecrets;
  }

  begin(event: Extract<Event, { kind: "start" }>): StepView {
    const { op, urn, type, old, now, diff } = event;
    const view: StepView = {
      op,
      urn,
      type,
      old: op === "create" ? undefined : this.copy(old),
      now: REMOVES.has(op) ? undefined : this.copy(now),
      ...(PHYSICAL.has(op) && op !== "create-replacement"
        ? { keys: [], diffs: [] }
        : reasons(diff, now)),
      logical: !PHYSICAL.has(op),
      provider: isProviderType(type) ? "" : ((now ?? old)?.provider ?? ""),
    };
    this.begun.set(keyOf(op, urn), { ...view, source: old });
    this.latest.set(urn, view);
    return view;
  }

  end(event: Extract<Event, { kind: "done" | "failed" }>): StepView {
    const { op, urn, type } = event;
    // A refresh ends as what it came to.
    const begun = this.begun.get(keyOf(op, urn)) ?? this.begun.get(keyOf("refresh", urn));
    if (!begun)
      return {
        op,
        urn,
        type,
        now: event.kind === "done" ? this.copy(event.now) : undefined,
        keys: [],
        diffs: [],
        logical: true,
        provider: "",
      };
    const now = event.kind === "done" && event.now ? event.now : begun.now;
    // What a refresh found is known at its end only.
    const found = event.kind === "done" ? reasons(event.diff, now).detailed : undefined;
    return {
      ...begun,
      ...(found ? { detailed: found } : {}),
      op,
      old: this.copy(begun.old && (begun.source ?? begun.old)),
      now: REMOVES.has(op) ? undefined : this.copy(now),
    };
  }

  outputs(event: Extract<Event, { kind: "outputs" }>): StepView | undefined {
    const begun = this.latest.get(event.urn);
    return begun && { ...begun, old: this.copy(event.old) ?? begun.old, now: this.copy(event.now) };
  }

  private copy(r: Resource | undefined): Resource | undefined {
    if (!r) return undefined;
    const veil = (values: Values): Values =>
      this.showSecrets || !hasSecret(values) ? values : veiledMap(values);
    return { ...r, inputs: veil(r.inputs), outputs: veil(r.outputs) };
  }
}
