/** Starts policy packs, along with the program, and tells them the stack and their configuration. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type analyzerTypes from "@pulumi/pulumi/proto/analyzer_pb.js";
import { EngineError } from "../errors.ts";
import { fromStruct, toStruct } from "./grpc.ts";
import {
  parsePolicyConfig,
  reconcile,
  type KnownPolicy,
  type Level,
  type PolicySetting,
  type PolicySettings,
} from "./policy-config.ts";
import { startPack, type PackPlace, type PackProcess } from "./policy-process.ts";
import type { Schema } from "./policy-schema.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerTypes;
const LEVEL = pb.EnforcementLevel;
const NAMES_OF_LEVEL: { readonly [level: number]: Level } = {
  [LEVEL.ADVISORY]: "advisory",
  [LEVEL.MANDATORY]: "mandatory",
  [LEVEL.REMEDIATE]: "remediate",
  [LEVEL.DISABLED]: "disabled",
};
export const NAMES_OF_SEVERITY: { readonly [severity: number]: string } = {
  [pb.PolicySeverity.POLICY_SEVERITY_LOW]: "low",
  [pb.PolicySeverity.POLICY_SEVERITY_MEDIUM]: "medium",
  [pb.PolicySeverity.POLICY_SEVERITY_HIGH]: "high",
  [pb.PolicySeverity.POLICY_SEVERITY_CRITICAL]: "critical",
};

export interface StartedPack {
  readonly process: PackProcess;
  readonly shown: { readonly pack: string; readonly version: string };
  readonly severities: ReadonlyMap<string, string>;
  close(): void;
}
export type StartedPacks = Promise<StartedPack[]>;

/** What is wrong with the configuration of packs, each a sentence. */
export class InvalidPolicyConfig extends EngineError {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super("validating policy config");
    this.problems = problems;
  }
}

export interface PackRequest {
  readonly directory: string;
  /** The folder as the command line names it. */
  readonly shown: string;
  /** --policy-pack-config of the same place. */
  readonly config: { readonly path: string; readonly shown: string } | undefined;
}

export function pairPacks(
  directories: readonly string[],
  configs: readonly string[],
): PackRequest[] {
  if (configs.length > 0 && directories.length === 0)
    throw new EngineError(`"--policy-pack-config" must be specified with "--policy-pack"`);
  if (configs.length > 0 && configs.length !== directories.length)
    throw new EngineError(
      `the number of "--policy-pack-config" flags must match the number of "--policy-pack" flags`,
    );
  // The program's folder becomes the current one later.
  return directories.map((directory, i) => ({
    directory: resolve(directory),
    shown: directory,
    config: configs[i] === undefined ? undefined : { path: resolve(configs[i]), shown: configs[i] },
  }));
}

/** All of them, or none: what is wrong with any is told when all are through. */
export async function startPacks(requests: readonly PackRequest[], place: PackPlace): StartedPacks {
  const ends = await Promise.allSettled(requests.map((request) => start(request, place)));
  const packs = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
  const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as Error] : []));
  if (errors.length === 0) return packs;
  for (const pack of packs) pack.close();
  const broken = errors.find((error) => !(error instanceof InvalidPolicyConfig));
  if (broken) throw broken;
  const problems = errors.flatMap((error) => (error as InvalidPolicyConfig).problems);
  throw new InvalidPolicyConfig(problems.sort());
}

async function start(request: PackRequest, place: PackPlace): Promise<StartedPack> {
  const { config, shown } = request;
  const settings = config === undefined ? {} : await readSettings(config);
  const process: PackProcess = await startPack(request.directory, place, { shown });
  try {
    await configureStack(process, place);
    return await configure(process, settings, config !== undefined);
  } catch (error) {
    process.close();
    if (error instanceof EngineError) throw error;
    const { details, message } = error as Error & { details?: string };
    throw new EngineError(`configuring policy pack at "${shown}": ${details ?? message}`);
  }
}

async function readSettings({
  path,
  shown,
}: NonNullable<PackRequest["config"]>): Promise<PolicySettings> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new EngineError(`open ${shown}: no such file or directory`);
  }
  return parsePolicyConfig(text, shown);
}

const UNIMPLEMENTED = 12;

async function configureStack(process: PackProcess, place: PackPlace): Promise<void> {
  const request = new pb.AnalyzerStackConfigureRequest();
  request.setStack(place.stack);
  request.setProject(place.project);
  request.setOrganization("organization");
  request.setDryRun(place.preview);
  for (const [key, { text, secret }] of place.config) {
    request.getConfigMap().set(key, text);
    if (secret) request.addConfigSecretKeys(key);
  }
  try {
    await process.call("configureStack", request);
  } catch (error) {
    // Packs of an older SDK read these things from their environment.
    if ((error as { code?: number }).code !== UNIMPLEMENTED) throw error;
  }
}

async function configure(
  process: PackProcess,
  fromFile: PolicySettings,
  hasFile: boolean,
): Promise<StartedPack> {
  const { default: emptypb } = await import("google-protobuf/google/protobuf/empty_pb.js");
  const info = await process.call<unknown, analyzerTypes.AnalyzerInfo>(
    "getAnalyzerInfo",
    new emptypb.Empty(),
  );
  const shown = { pack: info.getName(), version: process.version || info.getVersion() };
  if (info.getSupportsconfig()) await settle(process, info, fromFile, shown);
  else if (hasFile)
    throw new EngineError(
      `policy pack "${shown.pack}" at "${process.directory}" does not support config`,
    );
  const severities = new Map<string, string>();
  for (const policy of info.getPoliciesList())
    severities.set(policy.getName(), NAMES_OF_SEVERITY[policy.getSeverity()] ?? "");
  return { process, shown, severities, close: () => process.close() };
}

async function settle(
  process: PackProcess,
  info: analyzerTypes.AnalyzerInfo,
  fromFile: PolicySettings,
  shown: { pack: string; version: string },
): Promise<void> {
  const initial: { [policy: string]: PolicySetting } = {};
  const configs = info.getInitialconfigMap().entries() as Iterable<
    [string, analyzerTypes.PolicyConfig]
  >;
  for (const [name, config] of configs)
    initial[name] = {
      level: NAMES_OF_LEVEL[config.getEnforcementlevel()],
      properties: fromStruct(config.getProperties()),
    };
  const known = info.getPoliciesList().map((policy): KnownPolicy => ({
    name: policy.getName(),
    level: NAMES_OF_LEVEL[policy.getEnforcementlevel()] ?? "advisory",
    properties: fromStruct(policy.getConfigschema()?.getProperties()) as { [key: string]: Schema },
    required: policy.getConfigschema()?.getRequiredList() ?? [],
  }));
  const { settings, problems } = reconcile(known, initial, fromFile);
  if (problems.length > 0)
    throw new InvalidPolicyConfig(
      problems.map((p) => `validating policy config: ${shown.pack} ${shown.version}  ${p}`),
    );
  const request = new pb.ConfigureAnalyzerRequest();
  for (const [name, { level, properties }] of Object.entries(settings)) {
    const config = new pb.PolicyConfig();
    config.setEnforcementlevel(LEVEL[level!.toUpperCase() as keyof typeof LEVEL]);
    config.setProperties(toStruct(properties));
    request.getPolicyconfigMap().set(name, config);
  }
  await process.call("configure", request);
}
