/** What policies see of a resource, as messages of the analyzer. Secrets are told as such, with their values. */
import { createRequire } from "node:module";
import type analyzerTypes from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { DeploymentContext } from "../deployment/context.ts";
import type { Goal, Resource } from "../deployment/resource.ts";
import { urnName } from "../deployment/urn.ts";
import type { Values } from "../values/property.ts";
import { toWireMap } from "../values/wire.ts";
import { toStruct } from "./grpc.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerTypes;

/** `whole` keeps what the SDK keeps for itself inside properties, so that a remedy can give it back. */
export function describeResource(
  context: DeploymentContext,
  resource: Resource,
  goal: Goal,
  whole: boolean,
): analyzerTypes.AnalyzeRequest {
  const message = new pb.AnalyzeRequest();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(urnName(resource.urn));
  message.setProperties(toStruct(toWireMap(whole ? resource.inputs : visible(resource.inputs))));
  message.setOptions(optionsOf(resource, goal));
  const provider = providerOf(context, resource);
  if (provider) message.setProvider(provider);
  return message;
}

/** Stack policies see what the providers have answered. */
export function describeForStack(
  context: DeploymentContext,
  resource: Resource,
  goal: Goal | undefined,
): analyzerTypes.AnalyzerResource {
  const message = new pb.AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(urnName(resource.urn));
  message.setProperties(toStruct(toWireMap(visible(resource.outputs))));
  message.setOptions(optionsOf(resource, goal));
  const provider = providerOf(context, resource);
  if (provider) message.setProvider(provider);
  message.setParent(resource.parent);
  message.setDependenciesList(resource.dependencies);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    if (urns.length === 0) continue;
    const list = new pb.AnalyzerPropertyDependencies();
    list.setUrnsList(urns);
    message.getPropertydependenciesMap().set(key, list);
  }
  return message;
}

const visible = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith("__")));

function optionsOf(
  resource: Resource,
  goal: Goal | undefined,
): analyzerTypes.AnalyzerResourceOptions {
  const options = new pb.AnalyzerResourceOptions();
  options.setProtect(resource.protect === true);
  options.setIgnorechangesList(resource.ignoreChanges ?? []);
  options.setDeletebeforereplacedefined(goal?.deleteBeforeReplace !== undefined);
  options.setDeletebeforereplace(goal?.deleteBeforeReplace === true);
  options.setAdditionalsecretoutputsList(resource.additionalSecretOutputs ?? []);
  options.setAliasesList(resource.aliases ?? []);
  options.setParent(resource.parent);
  const timeouts = new pb.AnalyzerResourceOptions.CustomTimeouts();
  const given = resource.customTimeouts ?? {};
  timeouts.setCreate(given.create ?? 0);
  timeouts.setUpdate(given.update ?? 0);
  timeouts.setDelete(given.delete ?? 0);
  timeouts.setRead(given.read ?? 0);
  options.setCustomtimeouts(timeouts);
  return options;
}

function providerOf(
  context: DeploymentContext,
  resource: Resource,
): analyzerTypes.AnalyzerProviderResource | undefined {
  const provider = resource.provider ? context.registry.resource(resource.provider) : undefined;
  if (!provider) return undefined;
  const description = new pb.AnalyzerProviderResource();
  description.setUrn(provider.urn);
  description.setType(provider.type);
  description.setName(urnName(provider.urn));
  description.setProperties(toStruct(toWireMap(visible(provider.inputs))));
  return description;
}
