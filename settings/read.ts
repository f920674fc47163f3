import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { checkSettings } from "./checks.ts";
import type { Parts, Problem, PublishedPort } from "./parts.ts";
import { defaultSystem, systemNames, systems, type SystemName } from "./schema.ts";
import type { Settings } from "./settings.ts";

/** All that is wrong with the settings, in one error. */
export class SettingsError extends pulumi.RunError {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(
      [
        `${problems.length === 1 ? "1 setting is" : `${problems.length} settings are`} wrong; nothing was changed.`,
        ...problems.map((problem) => `  ${describe(problem)}`),
      ].join("\n"),
    );
    this.problems = problems;
  }
}

const NAMESPACE = "synfleet";

/** The only reader of the stack's configuration. Throws a {@link SettingsError} that lists every problem. */
export function readSettings(config = pulumi.runtime.allConfig()): Settings {
  const given: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(config)) {
    const [namespace, name] = key.split(":");
    if (namespace === NAMESPACE && name) given[name] = parseValue(text);
  }
  return parseSettings(given);
}

/** The same for settings that are at hand as an object, as in programs that import the library. */
export function parseSettings(given: unknown): Settings {
  const system = systemOf(given);
  const parsed = system.schema.safeParse(given);
  if (parsed.success) {
    const { settings, problems } = resolved(system, parsed.data);
    if (problems.length > 0) throw new SettingsError(problems);
    return settings;
  }
  throw new SettingsError([
    ...parsed.error.issues.flatMap((issue) => fromZod(issue, given)),
    ...problemsOfTheRest(system, given, new Set(parsed.error.issues.flatMap(wrongKeys))),
  ]);
}

/** Host ports that the deployment publishes, with the key that decides each. */
export function publishedPorts(settings: Settings): readonly PublishedPort[] {
  return (systems[settings.system] as unknown as System).partsOf(settings).ports;
}

/** What the systems have in common here, where which of them it is does not matter. */
interface System {
  readonly schema: z.ZodType;
  resolve(raw: unknown): Settings;
  partsOf(settings: Settings): Parts;
  check(settings: Settings): Problem[];
}

/** Which settings there are depends on the system, so nothing else can be judged before that is known. */
function systemOf(given: unknown): System {
  const name = (given as { system?: unknown } | null | undefined)?.system ?? defaultSystem;
  if (systemNames.includes(name as SystemName))
    return systems[name as SystemName] as unknown as System;
  throw new SettingsError([{ key: "system", got: name, allowed: systemNames.join(", ") }]);
}

function resolved(system: System, raw: unknown): { settings: Settings; problems: Problem[] } {
  const settings = system.resolve(raw);
  const problems = [
    ...system.check(settings),
    ...checkSettings(settings, system.partsOf(settings)),
  ];
  return { settings, problems };
}

/** Top-level keys that an issue is about. */
function wrongKeys(issue: z.core.$ZodIssue): PropertyKey[] {
  if (issue.path.length > 0) return [issue.path[0]!];
  return issue.code === "unrecognized_keys" ? issue.keys : [];
}

/** What is wrong between the settings that are well-formed by themselves, so that one run tells everything. */
function problemsOfTheRest(
  system: System,
  given: unknown,
  wrong: ReadonlySet<PropertyKey>,
): Problem[] {
  if (typeof given !== "object" || given === null) return [];
  const rest = Object.entries(given).filter(([key]) => !wrong.has(key));
  const parsed = system.schema.safeParse(Object.fromEntries(rest));
  if (!parsed.success) return [];
  // A default that stands in for a wrong value must not be reported in its place.
  const stated = new Set(rest.map(([key]) => key));
  return resolved(system, parsed.data).problems.filter(({ key }) =>
    stated.has(key.split(/[.[]/)[0]!),
  );
}

/** Configuration is text: lists, objects, numbers and booleans are JSON, and what is not JSON is a word. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a type is called by those who write a configuration file. */
const wordsOf: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object of keys and values",
  record: "an object of keys and values",
};

function fromZod(issue: z.core.$ZodIssue, given: unknown): Problem[] {
  const got = valueAt(given, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      key: pathOf([...issue.path, key]),
      got: valueAt(given, [...issue.path, key]),
      allowed: "no such key",
      next: "see docs/settings.md for the keys that there are",
    }));
  }
  const allowed =
    issue.code === "invalid_value"
      ? issue.values.join(", ")
      : issue.code === "invalid_type"
        ? (wordsOf[issue.expected] ?? issue.expected)
        : issue.message;
  return [{ key: pathOf(issue.path), got, allowed }];
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index ? `.${String(part)}` : String(part),
    )
    .join("");
}

function describe({ key, got, allowed, next }: Problem): string {
  const value = got === undefined ? "nothing" : JSON.stringify(got);
  return `synfleet:${key}: got ${value}; allowed: ${allowed}${next ? ` (${next})` : ""}`;
}
