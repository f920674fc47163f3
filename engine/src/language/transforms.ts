/** Transforms: functions in the program that may change a registration or a call before the engine sees it. */
import { createRequire } from "node:module";
import type aliasTypes from "@pulumi/pulumi/proto/alias_pb.js";
import type resprotoTypes from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";

const require = createRequire(import.meta.url);
const resproto = require("@pulumi/pulumi/proto/resource_pb.js") as typeof resprotoTypes;

type Request = resprotoTypes.RegisterResourceRequest;

export class Transforms {
  private readonly stack: Callback[] = [];
  private readonly stackInvokes: Callback[] = [];
  private readonly own = new Map<string, readonly Callback[]>();
  private readonly parents = new Map<string, string>();
  private readonly callbacks: Callbacks;

  constructor(callbacks: Callbacks) {
    this.callbacks = callbacks;
  }

  addForStack(callback: Callback): void {
    this.stack.push(callback);
  }

  addForInvokes(callback: Callback): void {
    this.stackInvokes.push(callback);
  }

  remember(urn: string, parent: string, callbacks: readonly Callback[]): void {
    this.parents.set(urn, parent);
    if (callbacks.length > 0) this.own.set(urn, callbacks);
  }

  /** Changes the request in place: the resource's own transforms first, then its ancestors', then the stack's. */
  async apply(request: Request, own: readonly Callback[]): Promise<void> {
    const all = [...own];
    for (let urn = request.getParent(); urn; urn = this.parents.get(urn) ?? "")
      all.push(...(this.own.get(urn) ?? []));
    all.push(...this.stack);
    for (const callback of all) await this.one(request, callback);
  }

  /** Changes the call of a function in place. */
  async applyToInvoke(request: resprotoTypes.ResourceInvokeRequest): Promise<void> {
    for (const callback of this.stackInvokes) {
      const options = new resproto.TransformInvokeOptions();
      options.setProvider(request.getProvider());
      options.setVersion(request.getVersion());
      options.setPluginDownloadUrl(request.getPlugindownloadurl());
      const message = new resproto.TransformInvokeRequest();
      message.setToken(request.getTok());
      message.setArgs(request.getArgs());
      message.setOptions(options);
      const bytes = await this.callbacks.call(callback, message.serializeBinary());
      const answer = resproto.TransformInvokeResponse.deserializeBinary(bytes);
      if (answer.getArgs()) request.setArgs(answer.getArgs());
      const changed = answer.getOptions();
      if (!changed) continue;
      request.setProvider(changed.getProvider());
      request.setVersion(changed.getVersion());
      request.setPlugindownloadurl(changed.getPluginDownloadUrl());
    }
  }

  private async one(request: Request, callback: Callback): Promise<void> {
    const message = new resproto.TransformRequest();
    message.setType(request.getType());
    message.setName(request.getName());
    message.setCustom(request.getCustom());
    message.setParent(request.getParent());
    message.setProperties(request.getObject());
    message.setOptions(optionsOf(request));
    const bytes = await this.callbacks
      .call(callback, message.serializeBinary())
      .catch((error: Error) => {
        const why = `rpc error: code = Unknown desc = ${error.message}`;
        throw new Error(`invoke transform: ${why}`, { cause: error });
      });
    const answer = resproto.TransformResponse.deserializeBinary(bytes);
    if (answer.getProperties()) request.setObject(answer.getProperties());
    const options = answer.getOptions();
    if (options) setOptions(request, options);
  }
}

/** Everything that a transform may change; what it answers takes the place of all of it. */
function optionsOf(request: Request): resprotoTypes.TransformResourceOptions {
  const o = new resproto.TransformResourceOptions();
  o.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) o.setProtect(request.getProtect() ?? false);
  o.setIgnoreChangesList(request.getIgnorechangesList());
  o.setReplaceOnChangesList(request.getReplaceonchangesList());
  o.setReplacementTrigger(request.getReplacementTrigger());
  o.setVersion(request.getVersion());
  o.setAliasesList([...aliasUrns(request), ...request.getAliasesList()]);
  o.setProvider(request.getProvider());
  o.setCustomTimeouts(request.getCustomtimeouts());
  o.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) o.setRetainOnDelete(request.getRetainondelete() ?? false);
  o.setDeletedWith(request.getDeletedwith());
  o.setReplaceWithList(request.getReplaceWithList());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace())
    o.setDeleteBeforeReplace(request.getDeletebeforereplace());
  o.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  o.setImport(request.getImportid());
  o.setHideDiffList(request.getHidediffsList());
  o.setHooks(request.getHooks());
  copyMap(request.getProvidersMap(), o.getProvidersMap());
  return o;
}

function setOptions(request: Request, o: resprotoTypes.TransformResourceOptions): void {
  request.setDependenciesList(o.getDependsOnList());
  if (o.hasProtect()) request.setProtect(o.getProtect() ?? false);
  else request.clearProtect();
  request.setIgnorechangesList(o.getIgnoreChangesList());
  request.setReplaceonchangesList(o.getReplaceOnChangesList());
  request.setReplacementTrigger(o.getReplacementTrigger());
  request.setVersion(o.getVersion());
  request.setAliasurnsList([]);
  request.setAliasesList(o.getAliasesList());
  request.setProvider(o.getProvider());
  request.setCustomtimeouts(o.getCustomTimeouts());
  request.setPlugindownloadurl(o.getPluginDownloadUrl());
  if (o.hasRetainOnDelete()) request.setRetainondelete(o.getRetainOnDelete() ?? false);
  else request.clearRetainondelete();
  request.setDeletedwith(o.getDeletedWith());
  request.setReplaceWithList(o.getReplaceWithList());
  request.setDeletebeforereplace(o.getDeleteBeforeReplace() ?? false);
  request.setDeletebeforereplacedefined(o.hasDeleteBeforeReplace());
  request.setAdditionalsecretoutputsList(o.getAdditionalSecretOutputsList());
  request.setImportid(o.getImport());
  request.setHidediffsList(o.getHideDiffList());
  request.setHooks(o.getHooks());
  copyMap(o.getProvidersMap(), request.getProvidersMap());
}

function aliasUrns(request: Request): ReturnType<Request["getAliasesList"]> {
  const { Alias } = require("@pulumi/pulumi/proto/alias_pb.js") as typeof aliasTypes;
  return request.getAliasurnsList().map((urn) => {
    const alias = new Alias();
    alias.setUrn(urn);
    return alias;
  });
}

type StringMap = ReturnType<Request["getProvidersMap"]>;

function copyMap(from: StringMap, to: StringMap): void {
  const entries = [...(from.entries() as Iterable<[string, string]>)];
  to.clear();
  for (const [key, value] of entries) to.set(key, value);
}
