/** One step as the CLI's detailed view prints it: head, differences, outputs. */
import type { Resource } from "../deployment/resource.ts";
import { parseReference, STACK_TYPE } from "../deployment/urn.ts";
import { UNKNOWN, equal, isObject, type Value, type Values } from "../values/property.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import {
  diffObjects,
  fromPaths,
  isInternal,
  noObjectDiff,
  type ObjectDiff,
} from "../values/object-diff.ts";
import { Printer, keysOf, worthPrinting, type PrintOptions } from "./printer.ts";
import type { StepView } from "./step.ts";
import { wordsOf } from "./words.ts";

const pad = (indent: number): string => "    ".repeat(indent);

/** "[retain]" where the object is left in the world. */
export function retained(text: string, step: StepView): string {
  const leaves = ["delete", "replace", "create-replacement", "delete-replaced"].includes(step.op);
  return step.old?.retainOnDelete && leaves ? `${text}[retain]` : text;
}

export function head(step: StepView, indent: number, { paint }: PrintOptions): string {
  const { op, urn, old, now, type } = step;
  const { raw, color } = wordsOf(op);
  const id = op === "import" ? now?.id : old?.id;
  const opens = now && !now.protect && old?.protect;
  const lock = opens ? " 🔓" : (now ?? old)?.protect || old?.protect ? " 🔒" : "";
  const lines = [
    `${pad(indent)}${paint(color, raw)}${type}: (${retained(op, step)})${lock}`,
    ...(id ? [`${pad(indent + 1)}[id=${id}]`] : []),
    `${pad(indent + 1)}[urn=${urn}]`,
  ];
  if (step.provider !== "") {
    const known = (reference: string): string =>
      reference.endsWith(`::${UNKNOWN_WIRE}`)
        ? `${parseReference(reference).urn}::[unknown]`
        : reference;
    if (old && now && old.provider !== now.provider)
      lines.push(`${pad(indent + 1)}[provider: ${old.provider} => ${known(now.provider)}]`);
    else if (!/::default::/.test(step.provider))
      lines.push(`${pad(indent + 1)}[provider=${step.provider}]`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

export function details(
  step: StepView,
  indent: number,
  options: PrintOptions,
  refresh = false,
): string {
  const { op, old, now } = step;
  const printer = new Printer(options);
  const quiet = { indent: indent + 1, op, prefix: false } as const;
  const marked = { indent: indent + 1, op: "same", prefix: true } as const;
  if (op === "same") return "";
  if (op === "import" && now) return printer.object(now.inputs, quiet);
  if (step.detailed && old && now) {
    const [before, after] = step.inputDiff
      ? [old.inputs, now.inputs]
      : [old.outputs, refresh ? now.outputs : now.inputs];
    const diff = fromPaths(step.detailed, before, after);
    return diff
      ? printer.objectDiff(diff, marked)
      : printer.object(old.inputs, { ...marked, op: "same" });
  }
  if (!old)
    return now ? printer.object(hasKeys(now.outputs) ? now.outputs : now.inputs, quiet) : "";
  if (!now) return printer.object(old.inputs, quiet);
  const whole = hasKeys(now.outputs);
  const diff = whole ? diffObjects(old.outputs, now.outputs) : diffObjects(old.inputs, now.inputs);
  if (!diff) return printer.object(whole ? now.outputs : now.inputs, marked);
  return printer.objectDiff(diff, marked, whole ? undefined : step.diffs);
}

const hasKeys = (values: Values): boolean => Object.keys(values).length > 0;

/** An output that providers over Terraform keep for themselves. The CLI shows nothing of it, but makes room for its name. */
const NOTE = "__pulumi_raw_state_delta";
const KEEPS_NOTE = /^(random|tls|docker):/;

/** Outputs that differ from the inputs or from what they were. */
export function outputs(
  step: StepView,
  indent: number,
  options: PrintOptions,
  refresh = false,
): string {
  const isStack = step.type === STACK_TYPE;
  const showSames = !options.preview && isStack;
  if (options.preview && !refresh && step.op !== "read" && !isStack) return "";
  if (step.old?.initErrors?.length) return "";
  const ins: Values = step.now?.inputs ?? {};
  const outs: Values = step.now?.outputs ?? {};
  let diff: ObjectDiff | undefined;
  if (step.old) {
    diff = diffObjects(step.old.outputs, outs);
    if (diff && options.preview && isStack) dropUnknownParts(diff);
    if (!diff && !showSames) return "";
  }
  const keys = diff ? keysOf(diff) : Object.keys(outs).sort();
  const unseen = !diff && KEEPS_NOTE.test(step.type) ? NOTE.length : 0;
  const width = Math.max(unseen, ...keys.map((k) => k.length));
  const printer = new Printer(options);
  const place = { indent, op: step.op, prefix: false };
  const lines = keys.map((key) => {
    const out = outs[key];
    if (!diff && (isInternal(key) || !worthPrinting(out))) return "";
    if (key in ins && !refresh && out !== undefined && equal(out, ins[key])) return "";
    if (!showSames && diff?.sames.has(key)) return "";
    return diff
      ? printer.property(key, width, diff, place)
      : printer.title(key, width)(place) + printer.line(out!, place);
  });
  return lines.join("");
}

/** A preview of the stack's outputs does not call it a change when a resource among them shows what it cannot know yet. */
function dropUnknownParts(diff: ObjectDiff): void {
  if (diff.adds.has("@isPulumiResource")) {
    diff.adds.delete("@isPulumiResource");
    for (const [key, value] of diff.adds) if (value === UNKNOWN) diff.adds.delete(key);
  }
  for (const [key, value] of diff.adds) diff.adds.set(key, withoutMark(value));
  for (const [key, update] of diff.updates) {
    if (update.object) dropUnknownParts(update.object);
    if (update.now === UNKNOWN && !update.object && !update.array) diff.updates.delete(key);
  }
}

function withoutMark(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutMark);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "@isPulumiResource")
      .map(([key, inner]) => [key, withoutMark(inner)]),
  );
}

/** "[diff: ~a,b]": which root properties of a step's inputs came, went and changed. */
export function shortDiff(step: StepView): string {
  const { old, now } = step;
  if (!old || !now) return "";
  let diff: ObjectDiff | undefined;
  if (step.op !== "same")
    diff = step.detailed
      ? fromPaths(step.detailed, step.inputDiff ? old.inputs : old.outputs, now.inputs)
      : diffObjects(old.inputs, now.inputs);
  const noted = (key: "provider" | "protect" | "taint"): void => {
    const value = (r: Resource): Value => (key === "provider" ? r.provider : r[key] === true);
    if (value(old) === value(now)) return;
    diff ??= noObjectDiff();
    diff.updates.set(key, { old: value(old), now: value(now) });
  };
  noted("provider");
  noted("protect");
  noted("taint");
  if (!diff) return "";
  const chosen = (keys: Iterable<string>, mark: string): string => {
    const shown = [...keys].filter((k) => step.diffs.length === 0 || step.diffs.includes(k)).sort();
    return shown.length > 0 ? mark + shown.join(",") : "";
  };
  const { adds, deletes, updates } = diff;
  return `[diff: ${chosen(adds.keys(), "+")}${chosen(deletes.keys(), "-")}${chosen(updates.keys(), "~")}]`;
}
