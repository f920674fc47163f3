/** Transforms: functions in the program that may change a registration before the engine sees it. */
import { createRequire } from "node:module";
import type resprotoTypes from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";

const require = createRequire(import.meta.url);
const resproto = require("@pulumi/pulumi/proto/resource_pb.js") as typeof resprotoTypes;

type Request = resprotoTypes.RegisterResourceRequest;

export class Transforms {
  private readonly stack: Callback[] = [];
  private readonly own = new Map<string, readonly Callback[]>();
  private readonly parents = new Map<string, string>();
  private readonly callbacks: Callbacks;

  constructor(callbacks: Callbacks) {
    this.callbacks = callbacks;
  }

  addForStack(callback: Callback): void {
    this.stack.push(callback);
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

  private async one(request: Request, callback: Callback): Promise<void> {
    const message = new resproto.TransformRequest();
    message.setType(request.getType());
    message.setName(request.getName());
    message.setCustom(request.getCustom());
    message.setParent(request.getParent());
    message.setProperties(request.getObject());
    message.setOptions(optionsOf(request));
    const bytes = await this.callbacks.call(callback, message.serializeBinary());
    const answer = resproto.TransformResponse.deserializeBinary(bytes);
    if (answer.getProperties()) request.setObject(answer.getProperties());
    const options = answer.getOptions();
    if (options) setOptions(request, options);
  }
}

function optionsOf(request: Request): resprotoTypes.TransformResourceOptions {
  const o = new resproto.TransformResourceOptions();
  o.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) o.setProtect(request.getProtect() ?? false);
  o.setIgnoreChangesList(request.getIgnorechangesList());
  o.setReplaceOnChangesList(request.getReplaceonchangesList());
  o.setVersion(request.getVersion());
  o.setAliasesList(request.getAliasesList());
  o.setProvider(request.getProvider());
  o.setCustomTimeouts(request.getCustomtimeouts());
  if (request.hasRetainondelete()) o.setRetainOnDelete(request.getRetainondelete() ?? false);
  o.setDeletedWith(request.getDeletedwith());
  o.setReplaceWithList(request.getReplaceWithList());
  if (request.getDeletebeforereplacedefined())
    o.setDeleteBeforeReplace(request.getDeletebeforereplace());
  o.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  o.setImport(request.getImportid());
  o.setHideDiffList(request.getHidediffsList());
  for (const [pkg, reference] of request.getProvidersMap().entries() as Iterable<[string, string]>)
    o.getProvidersMap().set(pkg, reference);
  return o;
}

function setOptions(request: Request, o: resprotoTypes.TransformResourceOptions): void {
  request.setDependenciesList(o.getDependsOnList());
  if (o.hasProtect()) request.setProtect(o.getProtect() ?? false);
  request.setIgnorechangesList(o.getIgnoreChangesList());
  request.setReplaceonchangesList(o.getReplaceOnChangesList());
  request.setVersion(o.getVersion());
  request.setAliasesList(o.getAliasesList());
  request.setProvider(o.getProvider());
  request.setCustomtimeouts(o.getCustomTimeouts());
  if (o.hasRetainOnDelete()) request.setRetainondelete(o.getRetainOnDelete() ?? false);
  request.setDeletedwith(o.getDeletedWith());
  request.setReplaceWithList(o.getReplaceWithList());
  if (o.hasDeleteBeforeReplace()) {
    request.setDeletebeforereplace(o.getDeleteBeforeReplace() ?? false);
    request.setDeletebeforereplacedefined(true);
  }
  request.setAdditionalsecretoutputsList(o.getAdditionalSecretOutputsList());
  request.setHidediffsList(o.getHideDiffList());
  request.getProvidersMap().clear();
  for (const [pkg, reference] of o.getProvidersMap().entries() as Iterable<[string, string]>)
    request.getProvidersMap().set(pkg, reference);
}
