import { parseAllDocuments } from "yaml";
import type { Call, Diff, PropertyMap, PropertyValue, Provider } from "../../provider.ts";
import { unsupported } from "../../errors.ts";
import { isJobComplete } from "./await/job.ts";
import { discard } from "./discard.ts";
import { groupVersion, isDefinition, isList, isPatch, kindOfObject, kindOfToken } from "./kinds.ts";
import { activeCluster } from "./kubeconfig.ts";
import * as lifecycle from "./lifecycle.ts";
import { read } from "./read.ts";
import type { Place } from "./readiness.ts";
import { isTrue, named, REPLACE_UNREADY } from "./naming.ts";
import { normalizeInputs } from "./normalize.ts";
import {
  apiVersionOf,
  at,
  hasUnknown,
  isMap,
  kindOf,
  nameOf,
  namespaceOf,
  same,
  withAt,
} from "./objects.ts";
import { diffObjects, refuseInputs } from "./plan.ts";
import { ClusterUnreachable, Session } from "./session.ts";
import { fromProperties, INPUTS, parseCheckpoint, secretPaths, toProperties } from "./state.ts";

/** Any kind that the server has; these stand for all. */
const types = ["kubernetes:GROUP/VERSION:KIND"];
const DECODE = "kubernetes:yaml:decode";
const components = /^kubernetes:(helm\.sh|kustomize|yaml)\//;
const REMEDY =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** Kubernetes through its API server, by Pulumi's rules: provider 4.x with server-side apply. */
export function kubernetesProvider(env: NodeJS.ProcessEnv = process.env): Provider {
  let session: Session | undefined;
  const here = (): Session => (session ??= new Session({}, env));

  /** The cluster, or what `otherwise` makes of its being out of reach. */
  async function reach<T>(
    work: (place: Place) => Promise<T>,
    otherwise: (reason: string) => T,
  ): Promise<T> {
    try {
      const opened = await here().open();
      return await work({ ...opened, settings: here().settings });
    } catch (error) {
      if (error instanceof ClusterUnreachable) return otherwise(error.message);
      throw error;
    }
  }

  const unreachable = (reason: string): never => {
    throw new Error(`configured Kubernetes cluster is unreachable: ${reason}`);
  };

  async function canPreview(call: Call, inputs: PropertyMap): Promise<boolean> {
    if (here().settings.isUnknown || hasUnknown(inputs) || isPatch(call.type, kindOf(inputs)))
      return false;
    return reach(
      ({ cluster }) => cluster.knows(kindOfObject(inputs), call.signal),
      () => false,
    );
  }

  return {
    name: "kubernetes",
    version: "4.34.2",
    refuses: (type) => (components.test(type) ? SERVED : undefined),
    types,
    inputsCopy: INPUTS,
    secretOutputs: () => [],
    secretPaths,
    prepare: (config) => {
      session = new Session(config, env);
    },
    configure: async (config) => {
      session ??= new Session(config, env);
    },
    diffConfig,

    async check(call) {
      refuseComponents(call.type);
      const kind = kindOfToken(call.type);
      if (isList(kind))
        throw new Error(
          "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. " +
            "Use the underlying resource type instead",
        );
      if (here().settings.isUnknown) return { inputs: call.news, failures: [] };
      let object = normalizeInputs(fromProperties(call.news));
      const isPatched = isPatch(call.type, kindOf(object));
      if (isPatched) refuseInputs(object, true);
      const old = call.olds && fromProperties(call.olds);
      object = named(object, old, call.urn.split("::").at(-1)!, call.seed);
      refuseInputs(object, isPatched);
      const namespace = here().defaultNamespace;
      const hasNone = at(object, "metadata", "namespace") === undefined;
      if (namespace && hasNone && isMap(object["metadata"] ?? {}))
        if (await here().isNamespaced(kind, call.signal))
          object = withAt(object, ["metadata", "namespace"], namespace);
      if (here().settings.rejectUnknownResources && !(await canPreview(call, object)))
        if (!hasUnknown(object))
          throw new Error(
            `unable to fetch schema for resource type ${apiVersionOf(object)}/${kindOf(object)}`,
          );
      if (isDefinition(object)) here().define(object);
      return { inputs: toProperties(object), failures: [] };
    },

    async diff(call): Promise<Diff> {
      const inputs = fromProperties(call.newInputs);
      const diff = diffObjects({
        type: call.type,
        oldOutputs: call.oldOutputs,
        newInputs: inputs,
        ignoreChanges: call.ignoreChanges,
        isNamespaced: await here().isNamespaced(kindOfObject(inputs), call.signal),
        mutability: here().settings,
      });
      if (!isTrue(inputs, REPLACE_UNREADY)) return diff;
      const { live } = parseCheckpoint(call.oldOutputs);
      return (await isUnready(call, inputs, live)) ? replacedAsUnready(diff) : diff;
    },

    async create(call) {
      if (call.preview && !(await canPreview(call, fromProperties(call.inputs))))
        return { id: "", outputs: call.inputs };
      return reach(
        (place) => lifecycle.create(place, call, call.inputs, call.preview),
        unreachable,
      );
    },

    async update(call) {
      if (call.preview && here().settings.isUnknown) return { outputs: call.newInputs };
      const { oldOutputs, newInputs, ignoreChanges = [], preview } = call;
      return reach(
        (place) => lifecycle.update(place, call, oldOutputs, newInputs, ignoreChanges, preview),
        (reason) => (preview ? { outputs: newInputs } : unreachable(reason)),
      );
    },

    read: (call) =>
      reach(
        (place) => read(place, call, call.inputs, call.outputs),
        (reason) => {
          call.log(`configured Kubernetes cluster is unreachable: ${reason}`, "warning");
          const { deleteUnreachable, skipUpdateUnreachable } = here().settings;
          if (deleteUnreachable) return undefined;
          if (skipUpdateUnreachable)
            return { id: call.id, inputs: call.inputs, outputs: call.outputs };
          throw new Error(`failed to read resource state due to unreachable cluster. ${REMEDY}`);
        },
      ),

    delete: (call) =>
      reach(
        (place) => lifecycle.remove(place, call, call.outputs),
        (reason) => {
          call.log(`configured Kubernetes cluster is unreachable: ${reason}`, "warning");
          if (!here().settings.deleteUnreachable)
            throw new Error(`configured Kubernetes cluster is unreachable. ${REMEDY}`);
        },
      ),

    isGoing: (outputs) => at(outputs, "metadata", "deletionTimestamp") !== undefined,
    discard: (call) =>
      reach(({ cluster }) => discard(cluster, call, fromProperties(call.inputs)), unreachable),

    functions: [DECODE],
    async invoke(token, args) {
      if (token === DECODE) return decodeYaml(args);
      throw new Error(
        `function ${token} is not supported by the offline engine; of package kubernetes it has: ${DECODE}; ` +
          "use the Pulumi CLI for others",
      );
    },
  };

  async function isUnready(call: Call, inputs: PropertyMap, live: PropertyMap): Promise<boolean> {
    if (kindOf(inputs) !== "Job") {
      call.log("replaceUnready annotation is not supported for this resource", "warning");
      return false;
    }
    return reach(
      async ({ cluster }) =>
        !isJobComplete(
          await cluster.get(kindOfObject(live), namespaceOf(live), nameOf(live), call.signal),
        ),
      () => {
        call.log("Cluster is unreachable, skipping replaceUnready check", "warning");
        return false;
      },
    ).catch(() => false);
  }
}

function replacedAsUnready(diff: Diff): Diff {
  const path = `.metadata.annotations["${REPLACE_UNREADY}"]`;
  const replaced = [...diff.replaced, path];
  return { ...diff, changed: [...diff.changed, path], replaced, replacedFor: replaced };
}

const SERVED = "allowed: single objects, CustomResource, yaml.ConfigFile and yaml.ConfigGroup";

function refuseComponents(token: string): void {
  if (components.test(token)) throw unsupported(`resource type ${token}`, SERVED);
}

/** Another cluster makes other objects of all; which one it is the server and its certificate tell, unless it is named. */
function diffConfig(olds: PropertyMap, news: PropertyMap): Diff {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  const changed = [...keys].filter((key) => !same(olds[key], news[key]));
  const before = olds["clusterIdentifier"];
  const after = news["clusterIdentifier"];
  if (before !== undefined && after !== undefined && same(before, after))
    return { changed, replaced: [] };
  const named = before !== undefined && after !== undefined ? ["clusterIdentifier"] : [];
  const places = ["kubeconfig", "context", "cluster"].filter((key) => changed.includes(key));
  const unknown = places.filter((key) => hasUnknown(news[key]));
  if (unknown.length > 0) return { changed, replaced: [...named, unknown[0]!] };
  const [from, to] = [clusterOf(olds), clusterOf(news)];
  const isOther = from !== undefined && to !== undefined && !same(from, to);
  return { changed, replaced: isOther ? [...named, ...places] : named };
}

function clusterOf(config: PropertyMap): PropertyMap | undefined {
  const text = (value: PropertyValue | undefined): string | undefined =>
    isMap(value) ? JSON.stringify(value) : typeof value === "string" ? value : undefined;
  const overrides = { context: text(config["context"]), cluster: text(config["cluster"]) };
  return activeCluster(text(config["kubeconfig"]), overrides);
}

/** The objects of a manifest, for the SDK's ConfigFile and ConfigGroup, which register them one by one. */
function decodeYaml(args: PropertyMap): PropertyMap {
  const { text } = args;
  if (typeof text !== "string") throw new Error("missing required field 'text' of type string");
  const documents = parseAllDocuments(text, { merge: true });
  const result = (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`kubernetes:yaml:decode: ${error.message}`);
    const object = document.toJS() as PropertyValue;
    if (!isMap(object) || !kindOf(object) || !apiVersionOf(object)) return [];
    return [groupVersion(kindOfObject(object)) ? object : []].flat();
  });
  return { result };
}
