/** What a stack is: its overview and its outputs. */
import { sortedKeys } from "../values/json.ts";
import { hostname } from "node:os";
import { EXIT, EngineError } from "../errors.ts";
import type { Resource } from "../deployment/resource.ts";
import { STACK_TYPE, urnName } from "../deployment/urn.ts";
import { openSnapshot } from "../state/checkpoint.ts";
import { blindCodec } from "../state/secrets.ts";
import { masked, type Value, type Values } from "../values/property.ts";
import { ago, goTime } from "./dates.ts";
import type { Session } from "./session.ts";
import { outputsIn } from "./stack-outputs.ts";
import { shellWord, tableText, tree, type TableRow } from "./table.ts";

/** Text as it is, anything else as JSON in one line. */
function outputText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(sortedKeys(value));
}

const json = (value: unknown): string => JSON.stringify(sortedKeys(value), undefined, 2);

export async function output(session: Session): Promise<number> {
  const args = session.arguments;
  const [name] = args.positional;
  if (args.flag("json") && args.flag("shell"))
    throw new EngineError("only one of --json and --shell may be set");
  const show = args.flag("show-secrets");
  const outputs = await outputsIn(session, await session.stackFiles(), show);
  if (name !== undefined && outputs[name] === undefined)
    throw new EngineError(`current stack does not have output property '${name}'`);
  const shown = (value: Value): unknown => masked(value, show);
  if (args.flag("json"))
    session.print(json(name === undefined ? masked(outputs, show) : shown(outputs[name]!)));
  else if (args.flag("shell")) {
    for (const key of name === undefined ? Object.keys(outputs).sort() : [name])
      session.print(`${key}=${shellWord(outputText(shown(outputs[key]!)))}`);
  } else if (name !== undefined) session.print(outputText(shown(outputs[name]!)));
  else printOutputs(session, outputs, show);
  return EXIT.ok;
}

function printOutputs(session: Session, outputs: Values, show: boolean): void {
  const keys = Object.keys(outputs).sort();
  session.print(`Current stack outputs (${keys.length}):`);
  if (keys.length === 0) return session.print("    No output values currently in this stack");
  const rows = keys.map((key) => ({ columns: [key, outputText(masked(outputs[key]!, show))] }));
  session.print(tableText(["OUTPUT", "VALUE"], rows, "    "));
}

export async function overview(session: Session): Promise<number> {
  const args = session.arguments;
  const files = await session.stackFiles();
  if (args.flag("show-name")) {
    session.print(files.stack);
    return EXIT.ok;
  }
  const raw = await files.loadExisting();
  const { resources } = openSnapshot(raw, blindCodec());
  session.print(`Current stack is ${files.stack}:`);
  session.print(`    Managed by ${hostname()}`);
  const { time, version } = (raw.deployment?.manifest ?? {}) as { time?: string; version?: string };
  const seconds = Date.parse(time ?? "") / 1000;
  if (Number.isNaN(seconds) || seconds <= 0) session.print("    No updates yet; run `pulumi up`");
  else {
    session.print(`    Last updated: ${ago(Date.now() / 1000 - seconds)} (${goTime(time!)})`);
    if (version) session.print(`    Pulumi version used: ${version}`);
  }
  session.print(`Current stack resources (${resources.length}):`);
  if (resources.length === 0) session.print("    No resources currently in this stack");
  else {
    const rows = resourceRows(session, resources);
    session.print(tableText(["TYPE", "NAME"], rows, "    "));
    session.print("");
    const show = args.flag("show-secrets");
    printOutputs(session, await outputsIn(session, files, show), show);
  }
  session.print("");
  session.print("Use `pulumi stack select` to change stack; `pulumi stack ls` lists known ones");
  return EXIT.ok;
}

function resourceRows(session: Session, resources: readonly Resource[]): TableRow[] {
  const args = session.arguments;
  const root = resources.find((r) => r.type === STACK_TYPE && r.parent === "");
  const drawn = root ? tree(resources, root) : undefined;
  const plain = resources.map((node) => ({ node, mark: "", below: "    " }));
  return (drawn ?? plain).map(({ node, mark, below }) => ({
    columns: [mark + node.type, urnName(node.urn)],
    below: [
      ...(args.flag("show-urns") ? [`    ${below}URN: ${node.urn}`] : []),
      ...(args.flag("show-ids") && node.id ? [`    ${below}ID: ${node.id}`] : []),
    ],
  }));
}
