import fc from "fast-check";
import { expect, test } from "vitest";
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../../provider.ts";
import { mergePatch, pathText } from "./diff.ts";
import { isMap, same } from "./objects.ts";
import { diffObjects } from "./plan.ts";
import { checkpoint } from "./state.ts";

const mutability = { enableConfigMapMutable: false, enableSecretMutable: false };

/** The difference of a change from `olds` to `news`, the server having added `live`. */
function change(
  type: string,
  olds: PropertyMap,
  news: PropertyMap,
  live: PropertyMap = {},
  more: { ignoreChanges?: string[]; isNamespaced?: boolean; mutability?: typeof mutability } = {},
) {
  const oldOutputs = checkpoint(olds, { ...olds, ...live }, "v1", "manager");
  return diffObjects({
    type,
    oldOutputs,
    newInputs: news,
    ignoreChanges: [],
    isNamespaced: true,
    mutability,
    ...more,
  });
}

const CONFIG = "kubernetes:core/v1:ConfigMap";
const configMap = (data: PropertyMap, metadata: PropertyMap = { name: "c", namespace: "n" }) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata,
  data,
});
const auto = { name: "c-1", namespace: "n", annotations: { "pulumi.com/autonamed": "true" } };

test("what only the server added is no difference", () => {
  const inputs = configMap({ a: "1" });
  const live = { metadata: { name: "c", namespace: "n", uid: "u", resourceVersion: "5" } };
  expect(change(CONFIG, inputs, inputs, live).changed).toEqual([]);
});

test("data of a ConfigMap replaces, first the old when the name is the user's", () => {
  const named = change(CONFIG, configMap({ a: "1" }), configMap({ a: "2" }));
  expect(named).toMatchObject({ changed: ["data.a"], replaced: ["data.a"] });
  expect(named.deleteBeforeReplace).toBe(true);
  const automatic = change(CONFIG, configMap({ a: "1" }, auto), configMap({ a: "2" }, auto));
  expect(automatic).toMatchObject({ replaced: ["data.a"], deleteBeforeReplace: false });
});

test("a mutable ConfigMap is updated, unless it says immutable", () => {
  const more = { mutability: { ...mutability, enableConfigMapMutable: true } };
  const [olds, news] = [configMap({ a: "1" }), configMap({ a: "2" })];
  expect(change(CONFIG, olds, news, {}, more).replaced).toEqual([]);
  expect(
    change(CONFIG, { ...olds, immutable: true }, { ...news, immutable: true }, {}, more).replaced,
  ).toEqual(["data.a"]);
});

test("drift of a field that is an input is a difference", () => {
  const inputs = configMap({ a: "1" });
  expect(change(CONFIG, inputs, inputs, { data: { a: "9", b: "2" } }).changed).toEqual(["data.a"]);
});

test("ignored changes are none", () => {
  const diff = change(
    CONFIG,
    configMap({ a: "1" }),
    configMap({ a: "2" }),
    {},
    {
      ignoreChanges: ["data"],
    },
  );
  expect(diff.changed).toEqual([]);
});

test("stringData equals the data that the server made of it", () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "n" } };
  const diff = change(
    "kubernetes:core/v1:Secret",
    { ...secret, stringData: { a: "b" } },
    { ...secret, stringData: { a: "b" } },
    { data: { a: "Yg==" }, type: "Opaque" },
  );
  expect(diff.changed).toEqual([]);
});

test.for([
  [
    "apps/v1",
    "Deployment",
    { selector: { matchLabels: { a: "1" } } },
    { selector: { matchLabels: { a: "2" } } },
    ["spec.selector.matchLabels.a"],
  ],
  ["apps/v1", "Deployment", { replicas: 1 }, { replicas: 2 }, []],
  ["apps/v1", "StatefulSet", { serviceName: "a" }, { serviceName: "b" }, ["spec.serviceName"]],
  [
    "batch/v1",
    "Job",
    { template: { spec: { a: 1 } } },
    { template: { spec: { a: 2 } } },
    ["spec.template.spec.a"],
  ],
  ["v1", "Service", { clusterIP: "None" }, { clusterIP: "10.0.0.1" }, ["spec.clusterIP"]],
  [
    "v1",
    "PersistentVolumeClaim",
    { storageClassName: "a" },
    { storageClassName: "b" },
    ["spec.storageClassName"],
  ],
  [
    "v1",
    "PersistentVolumeClaim",
    { resources: { requests: { storage: "1Gi" } } },
    { resources: { requests: { storage: "2Gi" } } },
    [],
  ],
  [
    "v1",
    "Pod",
    { containers: [{ image: "a" }] },
    { containers: [{ image: "b" }] },
    ["spec.containers[0].image"],
  ],
  ["v1", "Pod", { activeDeadlineSeconds: 1 }, { activeDeadlineSeconds: 2 }, []],
] as const)("%s %s: %o to %o replaces by %o", ([apiVersion, kind, before, after, replaced]) => {
  const object = { apiVersion, kind, metadata: { name: "x", namespace: "n" } };
  const type = `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
  const diff = change(
    type,
    { ...object, spec: before as never },
    { ...object, spec: after as never },
  );
  expect(diff.changed).toHaveLength(1);
  expect(diff.replaced).toEqual(replaced);
});

test("equal quantities in other words are no difference", () => {
  const object = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" } };
  const quota = (memory: string) => ({ ...object, spec: { hard: { memory } } });
  const live = { spec: quota("1Gi").spec };
  const type = "kubernetes:core/v1:ResourceQuota";
  expect(change(type, quota("1024Mi"), quota("1048576Ki"), live).changed).toEqual([]);
});

test("another name or namespace is another object; no namespace is the default one", () => {
  const at = (metadata: PropertyMap) => configMap({ a: "1" }, metadata);
  expect(
    change(CONFIG, at({ name: "a" }), at({ name: "a", namespace: "default" })).changed,
  ).toEqual([]);
  expect(change(CONFIG, at({ name: "a" }), at({ name: "b" })).replaced).toEqual(["metadata.name"]);
  expect(change(CONFIG, at({ name: "a" }), at({ name: "a", namespace: "x" }))).toMatchObject({
    replaced: ["metadata.namespace"],
    deleteBeforeReplace: false,
  });
});

test("elements that come and go, and values that are not known yet", () => {
  const role = (verbs: PropertyValue[]) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "r", namespace: "n" },
    rules: [{ verbs }],
  });
  const diff = (a: PropertyValue[], b: PropertyValue[]) =>
    change("kubernetes:rbac.authorization.k8s.io/v1:Role", role(a), role(b));
  expect(diff(["get"], ["get", "list"]).detailed).toEqual({ "rules[0].verbs[1]": "add" });
  expect(diff(["get", "list"], ["get"]).detailed).toEqual({ "rules[0].verbs[1]": "delete" });
  expect(diff(["get"], [UNKNOWN]).detailed).toEqual({ "rules[0].verbs[0]": "update" });
});

test("paths are written as Pulumi writes them", () => {
  expect(pathText(["metadata", "annotations", "a.b/c"])).toBe('metadata.annotations["a.b/c"]');
  expect(pathText(["spec", 0, "x"])).toBe("spec[0].x");
});

/** RFC 7386. */
function apply(target: PropertyValue, patch: PropertyValue): PropertyValue {
  if (!isMap(patch)) return patch;
  const out: PropertyMap = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch))
    if (value === null) Reflect.deleteProperty(out, key);
    else out[key] = apply(out[key] ?? null, value);
  return out;
}

test("a merge patch makes the one of the other, and nothing of equals", () => {
  const keys = fc.constantFrom("a", "b", "c");
  const { map } = fc.letrec<{ map: PropertyMap; value: PropertyValue }>((tie) => ({
    map: fc.dictionary(keys, tie("value"), { maxKeys: 3 }),
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("x", "y", 1, true),
      tie("map"),
      fc.array(fc.constantFrom("x", "y"), { maxLength: 2 }),
    ),
  }));
  fc.assert(
    fc.property(map, map, (before, after) => {
      expect(mergePatch(after, after)).toEqual({});
      return same(apply(before, mergePatch(before, after)), after);
    }),
  );
});
