/** Policy packs: every resource before it is touched, and the whole stack at the end, is put before them. */
import { createRequire } from "node:module";
import type analyzerTypes from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { DeploymentContext } from "../deployment/context.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Violation } from "../deployment/events.ts";
import type { Goal, Resource } from "../deployment/resource.ts";
import { urnName } from "../deployment/urn.ts";
import { EngineError } from "../errors.ts";
import type { Json } from "../values/wire.ts";
import { fromWireMap, toWireMap } from "../values/wire.ts";
import { fromStruct, toStruct } from "./grpc.ts";
import { startPack, type PackPlace, type PackProcess } from "./policy-process.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerTypes;
const LEVEL = pb.EnforcementLevel;

export interface Policies {
  /** Puts the resources as they are after the run before the stack policies. */
  checkStack(): Promise<void>;
  close(): void;
}

export type StartedPacks = Promise<PackProcess[]>;

/** Started along with the program; the packs load while it does. */
export function startPacks(directories: readonly string[], place: PackPlace): StartedPacks {
  const packs = Promise.all(
    directories.map(async (directory) => {
      const pack = await startPack(directory, place);
      await configure(pack);
      return pack;
    }),
  );
  packs.catch(() => {});
  return packs;
}

/** Gives each policy its configuration: the schema's defaults, then the pack's own initial values. */
async function configure(pack: PackProcess): Promise<void> {
  const { default: emptypb } = await import("google-protobuf/google/protobuf/empty_pb.js");
  const info = await pack.call<unknown, analyzerTypes.AnalyzerInfo>(
    "getAnalyzerInfo",
    new emptypb.Empty(),
  );
  const request = new pb.ConfigureAnalyzerRequest();
  for (const policy of info.getPoliciesList()) {
    const initial = info.getInitialconfigMap().get(policy.getName());
    const schema = fromStruct(policy.getConfigschema()?.getProperties());
    const properties: { [key: string]: Json } = {};
    for (const [key, declared] of Object.entries(schema)) {
      const value = (declared as { default?: Json } | null)?.default;
      if (value !== undefined) properties[key] = value;
    }
    Object.assign(properties, fromStruct(initial?.getProperties()));
    const config = new pb.PolicyConfig();
    config.setProperties(toStruct(properties));
    config.setEnforcementlevel(initial?.getEnforcementlevel() ?? policy.getEnforcementlevel());
    request.getPolicyconfigMap().set(policy.getName(), config);
  }
  await pack.call("configure", request);
}

export async function attachPolicies(
  started: StartedPacks,
  deployment: Deployment,
): Promise<Policies> {
  const packs = await started;
  const { context } = deployment;
  context.analyze = async (resource, goal) => {
    for (const pack of packs) await remediate(context, pack, resource, goal);
    const answers = await Promise.all(
      packs.map((pack) =>
        pack.call<unknown, analyzerTypes.AnalyzeResponse>(
          "analyze",
          describe(new pb.AnalyzeRequest(), context, resource, goal, resource.inputs),
        ),
      ),
    );
    const bad = answers.flatMap((a) => report(context, a.getDiagnosticsList(), resource.urn));
    if (bad.length > 0) {
      context.failed = true;
      throw new EngineError(`resource ${resource.urn} violates ${bad.length} mandatory policies`);
    }
  };
  return {
    async checkStack() {
      const request = new pb.AnalyzeStackRequest();
      for (const resource of deployment.registered()) {
        const goal = context.goals.get(resource.urn);
        const message = describe(
          new pb.AnalyzerResource(),
          context,
          resource,
          goal,
          resource.custom ? resource.outputs : { ...resource.inputs, ...resource.outputs },
        );
        message.setParent(resource.parent);
        message.setDependenciesList(resource.dependencies);
        for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
          const list = new pb.AnalyzerPropertyDependencies();
          list.setUrnsList(urns);
          message.getPropertydependenciesMap().set(key, list);
        }
        request.addResources(message);
      }
      const answers = await Promise.all(
        packs.map((p) => p.call<unknown, analyzerTypes.AnalyzeResponse>("analyzeStack", request)),
      );
      const bad = answers.flatMap((a) => report(context, a.getDiagnosticsList(), ""));
      if (bad.length > 0) context.failed = true;
    },
    close: () => packs.forEach((pack) => pack.close()),
  };
}

interface Describable {
  setUrn(v: string): unknown;
  setType(v: string): unknown;
  setName(v: string): unknown;
  setProperties(v: ReturnType<typeof toStruct>): unknown;
  setOptions(v: analyzerTypes.AnalyzerResourceOptions): unknown;
  setProvider(v: analyzerTypes.AnalyzerProviderResource): unknown;
}

/** What a policy sees of a resource. Policies get secrets in the clear, as with the CLI. */
function describe<T extends Describable>(
  message: T,
  context: DeploymentContext,
  resource: Resource,
  goal: Goal | undefined,
  properties: Resource["inputs"],
): T {
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(urnName(resource.urn));
  message.setProperties(toStruct(toWireMap(properties)));
  const options = new pb.AnalyzerResourceOptions();
  options.setProtect(resource.protect === true);
  options.setIgnorechangesList(goal?.ignoreChanges ?? []);
  options.setDeletebeforereplacedefined(goal?.deleteBeforeReplace !== undefined);
  options.setDeletebeforereplace(goal?.deleteBeforeReplace === true);
  options.setAdditionalsecretoutputsList(resource.additionalSecretOutputs ?? []);
  options.setAliasesList(resource.aliases ?? []);
  options.setParent(resource.parent);
  message.setOptions(options);
  const provider = resource.provider ? context.registry.resource(resource.provider) : undefined;
  if (provider) {
    const description = new pb.AnalyzerProviderResource();
    description.setUrn(provider.urn);
    description.setType(provider.type);
    description.setName(urnName(provider.urn));
    description.setProperties(toStruct(toWireMap(provider.inputs)));
    message.setProvider(description);
  }
  return message;
}

async function remediate(
  context: DeploymentContext,
  pack: PackProcess,
  resource: Resource,
  goal: Goal,
): Promise<void> {
  const request = describe(new pb.AnalyzeRequest(), context, resource, goal, resource.inputs);
  const answer = await pack.call<unknown, analyzerTypes.RemediateResponse>("remediate", request);
  for (const remediation of answer.getRemediationsList()) {
    const violation = {
      urn: resource.urn,
      pack: remediation.getPolicypackname(),
      policy: remediation.getPolicyname(),
      level: "advisory" as const,
    };
    const problem = remediation.getDiagnostic();
    if (!problem) resource.inputs = fromWireMap(fromStruct(remediation.getProperties()));
    const message = problem || `remediated: ${remediation.getDescription()}`;
    context.emit({ kind: "policy", violation: { ...violation, message } });
  }
}

/** Shows what the policies said; returns what forbids to go on. */
function report(
  context: DeploymentContext,
  diagnostics: readonly analyzerTypes.AnalyzeDiagnostic[],
  urn: string,
): Violation[] {
  const out: Violation[] = [];
  for (const d of diagnostics) {
    if (d.getEnforcementlevel() === LEVEL.DISABLED) continue;
    const mandatory = d.getEnforcementlevel() !== LEVEL.ADVISORY;
    const violation: Violation = {
      urn: d.getUrn() || urn,
      pack: d.getPolicypackname(),
      policy: d.getPolicyname(),
      level: mandatory ? "mandatory" : "advisory",
      message: d.getMessage(),
    };
    context.emit({ kind: "policy", violation });
    if (mandatory) out.push(violation);
  }
  return out;
}
