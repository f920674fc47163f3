import { expect, test } from "vitest";
import type { PropertyMap } from "../../provider.ts";
import { pluralOf } from "./cluster.ts";
import { takeOver, withoutIgnored } from "./fields.ts";
import { isList, isNamespaced, isPatch, kindOfToken } from "./kinds.ts";
import { AUTONAMED, named } from "./naming.ts";
import { secretPaths } from "./state.ts";

const seed = Uint8Array.of(1, 2, 3);

test("an object without a name gets one, keeps it, and loses it to the user's", () => {
  const first = named({ metadata: {} }, undefined, "web", seed);
  const { name, annotations } = first["metadata"] as PropertyMap;
  expect(name).toMatch(/^web-[0-9a-f]{8}$/);
  expect(annotations).toEqual({ [AUTONAMED]: "true" });
  expect(named({ metadata: {} }, first, "web", Uint8Array.of(9))).toEqual(first);
  const own = { metadata: { name: "mine" } };
  expect(named(own, first, "web", seed)).toBe(own);
});

test("tokens name kinds", () => {
  expect(kindOfToken("kubernetes:core/v1:Pod")).toEqual({ group: "", version: "v1", kind: "Pod" });
  expect(kindOfToken("kubernetes:stable.example.com/v1:CronTab").group).toBe("stable.example.com");
  expect(() => kindOfToken("kubernetes:nothing:Pod")).toThrow("GROUP/VERSION:KIND");
  expect(isList(kindOfToken("kubernetes:core/v1:ConfigMapList"))).toBe(true);
  expect(isList(kindOfToken("kubernetes:example.com/v1:WishList"))).toBe(false);
  expect(isPatch("kubernetes:core/v1:ConfigMapPatch", "ConfigMap")).toBe(true);
  expect(isPatch("kubernetes:example.com/v1:Patch", "Patch")).toBe(false);
  expect(isNamespaced(kindOfToken("kubernetes:core/v1:NamespacePatch"))).toBe(false);
  expect(isNamespaced(kindOfToken("kubernetes:example.com/v1:X"))).toBeUndefined();
});

test.for([
  ["Endpoints", "endpoints"],
  ["Ingress", "ingresses"],
  ["NetworkPolicy", "networkpolicies"],
  ["StorageClass", "storageclasses"],
  ["Deployment", "deployments"],
])("objects of kind %s are at /%s", ([kind, plural]) => {
  expect(pluralOf(kind!)).toBe(plural);
});

test("the data of a Secret is secret at both places", () => {
  const secret = { kind: "Secret", data: { a: "b" } };
  expect(secretPaths({ ...secret, __inputs: secret })).toEqual([["data"], ["__inputs", "data"]]);
  expect(secretPaths({ kind: "ConfigMap", data: { a: "b" } })).toEqual([]);
});

const owned = (manager: string, operation: string, fields: PropertyMap): PropertyMap => ({
  manager,
  operation,
  fieldsV1: fields,
});
const live = (managedFields: PropertyMap[]): PropertyMap => ({
  metadata: { name: "x", managedFields },
  spec: { replicas: 5, paused: true },
});

test("fields that were made without server-side apply are handed over, those of others are not", () => {
  const theirs = owned("controller", "Update", { "f:status": {} });
  const made = owned("pulumi-kubernetes", "Update", { "f:data": { "f:a": {} } });
  expect(takeOver(live([theirs]), "m")).toBeUndefined();
  expect(takeOver(live([theirs, made]), "m")).toEqual([
    theirs,
    owned("m", "Apply", { "f:data": { "f:a": {} } }),
  ]);
  const mine = owned("m", "Apply", { "f:data": { "f:b": {} } });
  expect(takeOver(live([mine, made]), "m")).toEqual([
    owned("m", "Apply", { "f:data": { "f:a": {}, "f:b": {} } }),
  ]);
});

test("an ignored field is left to who owns it, else keeps its live value", () => {
  const fields = { "f:spec": { "f:replicas": {} } };
  const inputs = { spec: { replicas: 1 } };
  const scaled = live([owned("autoscaler", "Update", fields)]);
  expect(withoutIgnored(inputs, scaled, "m", ["spec.replicas"])).toEqual({ spec: {} });
  const ours = live([owned("m", "Apply", fields)]);
  expect(withoutIgnored(inputs, ours, "m", ["spec.replicas"])).toEqual({ spec: { replicas: 5 } });
  expect(withoutIgnored(inputs, ours, "m", ["spec.nothing"])).toEqual(inputs);
});
