/** The ResourceMonitor service: what a program may ask of the engine. */
import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type providerTypes from "@pulumi/pulumi/proto/provider_pb.js";
import type resprotoTypes from "@pulumi/pulumi/proto/resource_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { NotMade, Stopped, type Deployment, type Registered } from "../deployment/deployment.ts";
import { emptyGoal } from "../deployment/resource.ts";
import { isProviderType, packageOf } from "../deployment/urn.ts";
import { unsupported } from "../errors.ts";
import { packageConfig, type Config } from "../project/config.ts";
import { InvokeFailed, type CheckFailure } from "../provider.ts";
import { Secret, type Values } from "../values/property.ts";
import { fromWireMap, toWireMap } from "../values/wire.ts";
import { Callbacks, type Callback } from "./callbacks.ts";
import { fromStruct, toStruct, unary } from "./grpc.ts";
import { registerErrorHook, registerResourceHook } from "./hooks.ts";
import { Providers } from "./providers.ts";
import { refuseUnsupported, sourcePosition, toGoal } from "./request.ts";
import { Transforms } from "./transforms.ts";

const require = createRequire(import.meta.url);
const resproto = require("@pulumi/pulumi/proto/resource_pb.js") as typeof resprotoTypes;

// resource_pb has loaded it already.
const provproto = require("@pulumi/pulumi/proto/provider_pb.js") as typeof providerTypes;

/** What the SDK may use; anything else it refuses by itself, naming the feature. */
const F = resproto.ResourceMonitorFeature;
export const FEATURES = new Map<string, resprotoTypes.ResourceMonitorFeature>([
  ["secrets", F.RESOURCE_MONITOR_FEATURE_SECRETS],
  ["resourceReferences", F.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES],
  ["outputValues", F.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES],
  ["aliasSpecs", F.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS],
  ["replacementTrigger", F.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER],
  ["deletedWith", F.RESOURCE_MONITOR_FEATURE_DELETED_WITH],
  ["replaceWith", F.RESOURCE_MONITOR_FEATURE_REPLACE_WITH],
  ["transforms", F.RESOURCE_MONITOR_FEATURE_TRANSFORMS],
  ["invokeTransforms", F.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS],
  ["resourceHooks", F.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS],
  ["errorHooks", F.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS],
]);

/** The protocol's SKIP, which this SDK has no name for and takes for a failure. */
const SKIP = 2 as resprotoTypes.Result;
const RESULTS = { failed: resproto.Result.FAIL, skipped: SKIP };

/** An SDK that asks for it is told what came of a resource; another has the error. */
const resultOf =
  (request: resprotoTypes.RegisterResourceRequest) =>
  (error: unknown): Registered => {
    if (!(error instanceof NotMade) || !request.getSupportsresultreporting()) throw error;
    return { resource: error.resource, unknown: false, result: error.result };
  };

export interface MonitorOptions {
  readonly deployment: Deployment;
  readonly config: Config;
  readonly root: string;
  /** The program has run to its end without an error. Deletions happen now; the answer to it lets the program exit. */
  readonly onProgramDone: () => Promise<void>;
}

/**
 * A program is not told that its deployment has ended, as the CLI does not tell it: it waits, and is ended soon. An answer would have
 * it close its connections and then fail of that, in many lines, over the error that matters.
 */
async function unlessStopped<T>(work: Promise<T> | T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Stopped) return new Promise<never>(() => {});
    throw error;
  }
}

export function monitorService(options: MonitorOptions): grpc.UntypedServiceImplementation {
  const { deployment } = options;
  const callbacks = new Callbacks();
  const transforms = new Transforms(callbacks);
  const providers = new Providers(deployment, (pkg) => providerInputs(options.config, pkg));
  const handler = <Req, Res>(work: (request: Req) => Promise<Res> | Res) =>
    unary(async (request: Req) => unlessStopped(work(request)));

  async function registerResource(
    request: resprotoTypes.RegisterResourceRequest,
  ): Promise<resprotoTypes.RegisterResourceResponse> {
    try {
      refuseUnsupported(request);
    } catch (error) {
      deployment.context.failOf("", error);
      throw error;
    }
    const own = request.getTransformsList();
    await transforms.apply(request, own);
    const parent = deployment.context.goals.get(request.getParent());
    let goal = toGoal(request, parent, options.root);
    if (goal.custom && !isProviderType(goal.type))
      goal = { ...goal, provider: await providers.forResource(request, goal) };
    const { resource, unknown, result } = await deployment.register(goal).catch(resultOf(request));
    transforms.remember(resource.urn, request.getParent(), own);
    if (!goal.custom) providers.remember(resource.urn, request);
    const response = new resproto.RegisterResourceResponse();
    response.setUrn(resource.urn);
    response.setId(resource.id);
    response.setUnknown(unknown);
    if (result) response.setResult(RESULTS[result]);
    // A component's old outputs may refer to resources that are not registered yet in this run.
    response.setObject(toStruct(goal.custom ? toWireMap(resource.outputs) : {}));
    return response;
  }

  async function readResource(
    request: resprotoTypes.ReadResourceRequest,
  ): Promise<resprotoTypes.ReadResourceResponse> {
    const inputs = fromWireMap(fromStruct(request.getProperties()));
    const response = new resproto.ReadResourceResponse();
    const pkg = packageOf(request.getType());
    const goal = {
      ...emptyGoal(request.getType(), request.getName(), inputs),
      parent: request.getParent(),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      ...sourcePosition(request, options.root),
      provider: request.getProvider() || (await providers.byDefault(pkg, request.getVersion())),
    };
    const { resource, unknown } = await deployment.read(goal, request.getId());
    response.setUrn(resource.urn);
    response.setUnknown(unknown);
    response.setProperties(toStruct(toWireMap(resource.outputs, request.getAcceptsecrets())));
    return response;
  }

  async function invoke(
    request: resprotoTypes.ResourceInvokeRequest,
  ): Promise<resprotoTypes.ResourceInvokeResponse> {
    await transforms.applyToInvoke(request);
    const token = request.getTok();
    const args = fromWireMap(fromStruct(request.getArgs()));
    const response = new resproto.ResourceInvokeResponse();
    if (request.getPackageref()) throw unsupported(`function ${token}: a parameterized package`);
    const reference =
      request.getProvider() || (await providers.byDefault(packageOf(token), request.getVersion()));
    try {
      const result =
        token === "pulumi:pulumi:getResource"
          ? getResource(deployment, args)
          : await deployment.invoke(reference, token, args);
      response.setReturn(toStruct(toWireMap(result)));
    } catch (error) {
      if (!(error instanceof InvokeFailed)) throw error;
      response.setFailuresList(error.failures.map(checkFailure));
    }
    return response;
  }

  return {
    getDeploymentInfo: handler(() => {
      const response = new resproto.DeploymentInfo();
      response.setSupportedfeaturesList([...FEATURES.values()]);
      return response;
    }),
    supportsFeature: handler((request: resprotoTypes.SupportsFeatureRequest) => {
      const response = new resproto.SupportsFeatureResponse();
      response.setHassupport(FEATURES.has(request.getId()));
      return response;
    }),
    registerResource: handler(registerResource),
    registerResourceOutputs: handler(
      async (request: resprotoTypes.RegisterResourceOutputsRequest) => {
        const outputs = fromWireMap(fromStruct(request.getOutputs()));
        await deployment.registerOutputs(request.getUrn(), outputs);
        return new emptypb.Empty();
      },
    ),
    readResource: handler(readResource),
    invoke: handler(invoke),
    registerStackTransform: handler((callback: Callback) => {
      transforms.addForStack(callback);
      return new emptypb.Empty();
    }),
    registerResourceHook: handler((request: resprotoTypes.RegisterResourceHookRequest) => {
      registerResourceHook(deployment.context.hooks, callbacks, request);
      return new emptypb.Empty();
    }),
    registerErrorHook: handler((request: resprotoTypes.RegisterErrorHookRequest) => {
      registerErrorHook(deployment.context.hooks, callbacks, request);
      return new emptypb.Empty();
    }),
    registerStackInvokeTransform: handler((callback: Callback) => {
      transforms.addForInvokes(callback);
      return new emptypb.Empty();
    }),
    signalAndWaitForShutdown: handler(async () => {
      await options.onProgramDone();
      return new emptypb.Empty();
    }),
    ...Object.fromEntries(
      ["call", "existsResource", "registerPackage"].map((name) => [
        name,
        handler(() => {
          throw unsupported(`the request ${name}`);
        }),
      ]),
    ),
  };
}

function checkFailure({ property, reason }: CheckFailure): providerTypes.CheckFailure {
  const failure = new provproto.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function providerInputs(config: Config, pkg: string): Values {
  const out: Values = {};
  for (const [key, { text, secret }] of packageConfig(config, pkg))
    out[key] = secret ? new Secret(text) : text;
  return out;
}

/** Turns a reference to a resource, that travelled as a value, back into the resource. */
function getResource(deployment: Deployment, args: Values): Values {
  const urn = String(args["urn"]);
  const resource = deployment.resource(urn);
  if (!resource) throw new Error(`unknown resource ${urn}`);
  return { urn, id: resource.id, provider: resource.provider, state: resource.outputs };
}
