/** A RegisterResource request as a Goal: decoded, with what a resource takes from its parent. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Goal, Alias, CustomTimeouts } from "../deployment/resource.ts";
import { isProviderType, packageOf, parseReference } from "../deployment/urn.ts";
import { EngineError, unsupported } from "../errors.ts";
import type { Value } from "../values/property.ts";
import { fromWire, type Json } from "../values/wire.ts";
import { fromStruct } from "./grpc.ts";

type Request = resproto.RegisterResourceRequest;

/** In the order in which state has them. */
const HOOKS = [
  ["AfterCreate", "getAfterCreateList"],
  ["AfterDelete", "getAfterDeleteList"],
  ["AfterUpdate", "getAfterUpdateList"],
  ["BeforeCreate", "getBeforeCreateList"],
  ["BeforeDelete", "getBeforeDeleteList"],
  ["BeforeUpdate", "getBeforeUpdateList"],
  ["OnError", "getOnErrorList"],
] as const;

export function refuseUnsupported(request: Request): void {
  const who = `resource ${request.getName()} (${request.getType()})`;
  if (request.getRemote()) throw unsupported(`${who}: a component of another language`);
  if (request.getPackageref()) throw unsupported(`${who}: a parameterized package`);
  if (request.getStateMigrationsList().length > 0) throw unsupported(`${who}: state migrations`);
  if (request.getEnvvarmappingsMap().getLength() > 0)
    throw unsupported(`${who}: the option envVarMappings`);
}

export function toGoal(request: Request, parent: Goal | undefined, root: string): Goal {
  const dependencies = new Set(request.getDependenciesList());
  const propertyDependencies: { [property: string]: string[] } = {};
  const inputs: { [key: string]: Value } = {};
  const declared = request.getPropertydependenciesMap();
  for (const [key, json] of Object.entries(fromStruct(request.getObject()))) {
    const found = new Set<string>(declared.get(key)?.getUrnsList() ?? []);
    // A client that says nothing by property means all dependencies by every property.
    if (declared.getLength() === 0) for (const urn of dependencies) found.add(urn);
    inputs[key] = fromWire(json, found);
    propertyDependencies[key] = [...found].sort();
  }
  const trigger = request.getReplacementTrigger();
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: withVersion(request, inputs),
    provider: request.getCustom()
      ? request.getProvider() || inheritedProvider(request, parent)
      : "",
    dependencies: [...dependencies],
    propertyDependencies,
    protect: (request.hasProtect() ? request.getProtect() : parent?.protect) ?? false,
    retainOnDelete:
      (request.hasRetainondelete() ? request.getRetainondelete() : parent?.retainOnDelete) ?? false,
    ...(request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()
      ? { deleteBeforeReplace: request.getDeletebeforereplace() }
      : {}),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: aliasesOf(request),
    importId: request.getImportid(),
    customTimeouts: timeouts(request),
    deletedWith: request.getDeletedwith() || (parent?.deletedWith ?? ""),
    replaceWith: request.getReplaceWithList(),
    ...(trigger ? { replacementTrigger: fromWire(trigger.toJavaScript() as Json) } : {}),
    hideDiff: request.getHidediffsList(),
    hooks: hooksOf(request),
    ...sourcePosition(request, root),
  };
}

/** Explicit providers carry the version of their SDK, as the default ones do. */
function withVersion(request: Request, inputs: { [key: string]: Value }): { [key: string]: Value } {
  if (!isProviderType(request.getType()) || !request.getVersion()) return inputs;
  return { ...inputs, version: request.getVersion(), __internal: {} };
}

/** Only from a custom resource of the same package: components have none, and hand on what `providers` names. */
function inheritedProvider(request: Request, parent: Goal | undefined): string {
  if (!parent?.provider || isProviderType(request.getType())) return "";
  const pkg = packageOf(parseReference(parent.provider).urn.split("::")[2]!.split("$").at(-1)!);
  return pkg === packageOf(request.getType()) ? parent.provider : "";
}

function aliasesOf(request: Request): Alias[] {
  return [
    ...request.getAliasurnsList().map((urn) => ({ urn })),
    ...request.getAliasesList().map((alias): Alias => {
      const spec = alias.getSpec();
      if (!spec) return { urn: alias.getUrn() };
      return {
        name: spec.getName(),
        type: spec.getType(),
        stack: spec.getStack(),
        project: spec.getProject(),
        parent: spec.getParenturn(),
        noParent: spec.getNoparent(),
      };
    }),
  ];
}

function hooksOf(request: Request): { [kind: string]: string[] } {
  const hooks = request.getHooks();
  if (!hooks) return {};
  return Object.fromEntries(
    HOOKS.map(([kind, get]): [string, string[]] => [kind, hooks[get]()]).filter(
      ([, names]) => names.length > 0,
    ),
  );
}

const UNIT_SECONDS: { [unit: string]: number } = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** "1h30m", "45s" and a plain number of seconds. */
export function durationSeconds(text: string): number {
  if (text === "") return 0;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  let seconds = 0;
  const rest = text.replaceAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g, (_, value: string, unit: string) => {
    seconds += Number(value) * UNIT_SECONDS[unit]!;
    return "";
  });
  if (rest !== "")
    throw new EngineError(
      `customTimeouts: got "${text}"; a duration is like "90s", "5m" or "1h30m"`,
    );
  return seconds;
}

function timeouts(request: Request): CustomTimeouts {
  const given = request.getCustomtimeouts();
  if (!given) return {};
  const out: { [verb: string]: number } = {};
  for (const [verb, text] of [
    ["create", given.getCreate()],
    ["update", given.getUpdate()],
    ["delete", given.getDelete()],
    ["read", given.getRead()],
  ] as const)
    if (durationSeconds(text) > 0) out[verb] = durationSeconds(text);
  return out;
}

/** State names source files relative to the project, so that it is the same on every machine. */
export function sourcePosition(
  request: Pick<Request, "getSourceposition">,
  root: string,
): { sourcePosition?: string } {
  const position = request.getSourceposition();
  const uri = position?.getUri() ?? "";
  if (!position || !uri.startsWith("file://")) return {};
  const place = `#${position.getLine()},${position.getColumn()}`;
  return { sourcePosition: `project:///${relative(root, fileURLToPath(uri))}${place}` };
}
