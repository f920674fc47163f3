/** A provider whose work a plugin does, in a process of its own: Pulumi's ResourceProvider protocol over gRPC. */
import { createRequire } from "node:module";
import type pbTypes from "@pulumi/pulumi/proto/provider_pb.js";
import { urnName } from "../../deployment/urn.ts";
import { InvokeFailed, type Call, type Provider } from "../../provider.ts";
import { Secret, hasSecret, type Values } from "../../values/property.ts";
import { diffOf, failuresOf } from "./answers.ts";
import { configuring, type Asked, type Links } from "./calls.ts";
import { checkConfig, diffConfig } from "./config.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/provider_pb.js") as typeof pbTypes;

const NOT_KNOWN =
  "The provider for this resource has inputs that are not known during preview.\n" +
  "This preview may not correctly represent the changes that will be applied during an update.";

/** Of previews: nothing is known, so nothing is told. */
const NOTHING_YET = { id: "", outputs: {} };

interface Named<R> {
  setUrn(value: string): R;
  setName(value: string): R;
  setType(value: string): R;
}

function named<R extends Named<R>>(request: R, { urn, type }: Pick<Call, "urn" | "type">): R {
  return request.setUrn(urn).setName(urnName(urn)).setType(type);
}

const asked = (
  method: string,
  request: unknown,
  { urn, timeoutSeconds }: Pick<Call, "urn" | "timeoutSeconds">,
): Asked => ({ method, request, during: `${method} of ${urn}`, timeoutSeconds });

export function pluginProvider(
  name: string,
  links: Links,
  onlyVersion: string | undefined,
): Provider {
  const { prepare, ready } = configuring(name, links);
  return {
    name,
    ...(onlyVersion === undefined ? {} : { onlyVersion }),
    // It cannot list them: what it does not know it says itself.
    types: [],
    marksSecrets: true,
    secretOutputs: () => [],
    prepare: (_config, resource) => {
      if (resource) prepare(resource);
    },
    checkConfig: (urn, olds, news) => checkConfig(links, urn, olds, news),
    diffConfig: (_olds, _news, change) => diffConfig(links, change),
    async configure() {
      await ready();
    },
    async check(call) {
      const plugin = await ready();
      if (!plugin.agreed.known) return { inputs: call.news, failures: [] };
      const request = named(new pb.CheckRequest(), call)
        .setOlds(plugin.struct(call.olds ?? {}, true))
        .setNews(plugin.struct(call.news, true))
        .setRandomseed(call.seed);
      const answer = await plugin.ask<pbTypes.CheckResponse>(asked("check", request, call));
      const inputs = plugin.open(answer.getInputs(), call.news, true);
      return { inputs, failures: failuresOf(answer) };
    },
    async diff(call) {
      const plugin = await ready();
      if (!plugin.agreed.known) {
        links.warn(call.urn, NOT_KNOWN);
        return { changed: [], replaced: [], differs: true };
      }
      const request = named(new pb.DiffRequest(), call)
        .setId(call.id)
        .setOldInputs(plugin.struct(call.oldInputs, true))
        .setOlds(plugin.struct(call.oldOutputs, true))
        .setNews(plugin.struct(call.newInputs, true))
        .setIgnorechangesList([...call.ignoreChanges]);
      const answer = await plugin.ask<pbTypes.DiffResponse>(asked("diff", request, call));
      return diffOf(answer, { old: call.oldInputs, now: call.newInputs });
    },
    async create(call) {
      const plugin = await ready();
      if (call.preview && !plugin.agreed.known) return NOTHING_YET;
      if (call.preview && !plugin.agreed.preview) return { id: "", outputs: call.inputs };
      const request = named(new pb.CreateRequest(), call)
        .setProperties(plugin.struct(call.inputs, call.preview))
        .setTimeout(call.timeoutSeconds ?? 0)
        .setPreview(call.preview);
      const answer = await plugin.askOfObject<pbTypes.CreateResponse>(
        asked("create", request, call),
        { id: "", inputs: call.inputs, outputs: call.inputs },
      );
      const outputs = plugin.open(answer.getProperties(), call.inputs, call.preview);
      return { id: answer.getId(), outputs };
    },
    async read(call) {
      const plugin = await ready();
      const request = named(new pb.ReadRequest(), call)
        .setId(call.id)
        .setInputs(plugin.struct(call.inputs))
        .setProperties(plugin.struct(call.outputs))
        .setTimeout(call.timeoutSeconds ?? 0);
      const answer = await plugin.askOfObject<pbTypes.ReadResponse>(
        asked("read", request, call),
        call,
      );
      const id = answer.getId();
      if (id === "") return undefined;
      const inputs = answer.getInputs();
      return {
        id,
        inputs: inputs ? plugin.open(inputs, call.inputs) : call.inputs,
        outputs: plugin.open(answer.getProperties(), call.outputs),
      };
    },
    async update(call) {
      const plugin = await ready();
      if (call.preview && !plugin.agreed.known) return { outputs: {} };
      if (call.preview && !plugin.agreed.preview) return { outputs: call.newInputs };
      const request = named(new pb.UpdateRequest(), call)
        .setId(call.id)
        .setOldInputs(plugin.struct(call.oldInputs))
        .setOlds(plugin.struct(call.oldOutputs))
        .setNews(plugin.struct(call.newInputs, call.preview))
        .setIgnorechangesList([...(call.ignoreChanges ?? [])])
        .setTimeout(call.timeoutSeconds ?? 0)
        .setPreview(call.preview);
      const answer = await plugin.askOfObject<pbTypes.UpdateResponse>(
        asked("update", request, call),
        { id: call.id, inputs: call.newInputs, outputs: call.newInputs },
      );
      return { outputs: plugin.open(answer.getProperties(), call.newInputs, call.preview) };
    },
    async delete(call) {
      const plugin = await ready();
      const request = named(new pb.DeleteRequest(), call)
        .setId(call.id)
        .setProperties(plugin.struct(call.outputs))
        .setOldInputs(plugin.struct(call.inputs))
        .setTimeout(call.timeoutSeconds ?? 0);
      await plugin.ask(asked("delete", request, call));
    },
    async invoke(token, args) {
      const plugin = await ready();
      if (!plugin.agreed.known) return {};
      const request = new pb.InvokeRequest().setTok(token).setArgs(plugin.struct(args));
      const answer = await plugin.ask<pbTypes.InvokeResponse>(
        asked("invoke", request, { urn: token }),
      );
      const failures = failuresOf(answer);
      if (failures.length > 0) throw new InvokeFailed(failures);
      const result = plugin.open(answer.getReturn(), {});
      if (plugin.agreed.secrets || !hasSecret(args)) return result;
      // What became of the secret among the arguments is not told, so all may have.
      const sealed: Values = Object.fromEntries(
        Object.entries(result).map(([key, value]) => [key, new Secret(value)]),
      );
      return sealed as typeof result;
    },
  };
}
