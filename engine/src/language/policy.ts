/** Policy packs: every resource before it is touched, and the whole stack at the end, is put before them. */
import { createRequire } from "node:module";
import type analyzerTypes from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { DeploymentContext } from "../deployment/context.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Pack } from "../deployment/events.ts";
import type { Goal, Resource } from "../deployment/resource.ts";
import { STACK_TYPE, makeUrn } from "../deployment/urn.ts";
import { EngineError } from "../errors.ts";
import { fromWireMap } from "../values/wire.ts";
import { fromStruct } from "./grpc.ts";
import { describeForStack, describeResource } from "./policy-messages.ts";
import type { PackProcess } from "./policy-process.ts";
import { NAMES_OF_SEVERITY, type StartedPack } from "./policy-start.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerTypes;
const LEVEL = pb.EnforcementLevel;

export interface Policies {
  /** Puts the resources as they are after the run before the stack policies. */
  checkStack(): Promise<void>;
  close(): void;
}

export function attachPolicies(packs: readonly StartedPack[], deployment: Deployment): Policies {
  const { context } = deployment;
  context.emit({
    kind: "packs",
    packs: packs.map(({ shown, process }): Pack => ({ ...shown, path: process.directory })),
  });
  context.analyze = async (resource, goal) => {
    for (const pack of packs) await remediate(context, pack, resource, goal);
    const bad = await Promise.all(packs.map((pack) => analyze(context, pack, resource, goal)));
    const count = bad.reduce((sum, n) => sum + n, 0);
    if (count === 0) return;
    // A preview shows what else there is.
    if (context.options.preview) {
      context.complained = true;
      return;
    }
    context.failed = true;
    context.forbidden = true;
    throw new EngineError(`resource ${resource.urn} violates ${count} mandatory policies`);
  };
  return {
    checkStack: () => checkStack(deployment, packs),
    close: () => packs.forEach((pack) => pack.process.close()),
  };
}

async function checkStack(deployment: Deployment, packs: readonly StartedPack[]): Promise<void> {
  const { context } = deployment;
  const request = new pb.AnalyzeStackRequest();
  const resources = deployment.registered();
  for (const resource of resources)
    request.addResources(describeForStack(context, resource, context.goals.get(resource.urn)));
  const urns = new Set(resources.map(({ urn }) => urn));
  const { project, stack } = context.options.place;
  const root = makeUrn(context.options.place, "", STACK_TYPE, `${project}-${stack}`);
  await Promise.all(
    packs.map(async (pack) => {
      const answer = await call<analyzerTypes.AnalyzeResponse>(pack, "analyzeStack", request);
      const found = answer.getDiagnosticsList();
      const where = (urn: string): string => (urns.has(urn) ? urn : root);
      if (report(context, pack, found, where) > 0) context.complained = true;
    }),
  );
}

/** How many mandatory policies the resource violates. */
async function analyze(
  context: DeploymentContext,
  pack: StartedPack,
  resource: Resource,
  goal: Goal,
): Promise<number> {
  const request = describeResource(context, resource, goal, false);
  const answer = await call<analyzerTypes.AnalyzeResponse>(pack, "analyze", request);
  return report(context, pack, answer.getDiagnosticsList(), () => resource.urn);
}

async function remediate(
  context: DeploymentContext,
  pack: StartedPack,
  resource: Resource,
  goal: Goal,
): Promise<void> {
  const request = describeResource(context, resource, goal, true);
  const answer = await call<analyzerTypes.RemediateResponse>(pack, "remediate", request);
  for (const remediation of answer.getRemediationsList()) {
    const place = { ...pack.shown, urn: resource.urn, policy: remediation.getPolicyname() };
    const problem = remediation.getDiagnostic();
    if (problem) {
      const violation = { ...place, level: "advisory" as const, severity: "", message: problem };
      context.emit({ kind: "policy", violation });
    } else {
      const before = resource.inputs;
      const after = fromWireMap(fromStruct(remediation.getProperties()));
      resource.inputs = after;
      context.emit({ kind: "remediated", remediation: { ...place, before, after } });
    }
  }
}

async function call<Res>(pack: StartedPack, method: string, request: unknown): Promise<Res> {
  const { process }: { process: PackProcess } = pack;
  try {
    return await process.call<unknown, Res>(method, request);
  } catch (error) {
    throw new EngineError(
      `failed to run policy: ${pack.shown.pack}: ${(error as { details?: string }).details ?? (error as Error).message}`,
    );
  }
}

/** Shows what the policies said; returns how much of it forbids to go on. */
function report(
  context: DeploymentContext,
  pack: StartedPack,
  diagnostics: readonly analyzerTypes.AnalyzeDiagnostic[],
  urnOf: (given: string) => string,
): number {
  let mandatory = 0;
  for (const d of diagnostics) {
    const level = d.getEnforcementlevel();
    if (level === LEVEL.DISABLED) continue;
    // What is still wrong after its remedy must not pass.
    const forbids = level !== LEVEL.ADVISORY;
    if (forbids) mandatory++;
    const policy = d.getPolicyname();
    const violation = {
      ...pack.shown,
      urn: urnOf(d.getUrn()),
      policy,
      level: forbids ? ("mandatory" as const) : ("advisory" as const),
      severity: NAMES_OF_SEVERITY[d.getSeverity()] || pack.severities.get(policy) || "",
      message: d.getMessage(),
    };
    context.emit({ kind: "policy", violation });
  }
  return mandatory;
}
