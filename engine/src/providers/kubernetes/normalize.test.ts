import fc from "fast-check";
import { expect, test } from "vitest";
import type { PropertyMap } from "../../provider.ts";
import { normalizeInputs, prune } from "./normalize.ts";
import { canonicalQuantity } from "./quantity.ts";

test.for([
  ["1000m", "1"],
  ["0.5", "500m"],
  ["1500m", "1500m"],
  ["1024Mi", "1Gi"],
  ["0.5Gi", "512Mi"],
  ["1.5Gi", "1536Mi"],
  ["1000Ki", "1000Ki"],
  ["1000k", "1M"],
  ["1e3", "1e3"],
  ["100", "100"],
  ["1000", "1k"],
  ["0", "0"],
  ["0.0000000001", "1n"],
  ["-1000m", "-1"],
  ["much", "much"],
])("the quantity %s is written %s", ([given, written]) => {
  expect(canonicalQuantity(given!)).toBe(written);
});

test("a quantity that is written once stays as it is", () => {
  const suffix = fc.constantFrom("", "m", "k", "M", "G", "Ki", "Mi", "Gi");
  fc.assert(
    fc.property(fc.nat(100_000), suffix, (number, unit) => {
      const once = canonicalQuantity(`${number}${unit}`);
      return canonicalQuantity(once) === once;
    }),
  );
});

const pod = (spec: PropertyMap): PropertyMap => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", uid: "u", creationTimestamp: null },
  spec,
});

test("zero values that the API drops are dropped, others stay", () => {
  const given = {
    hostNetwork: false,
    automountServiceAccountToken: false,
    volumes: [],
    nodeSelector: {},
  };
  const template = {
    securityContext: {},
    priority: 0,
    terminationGracePeriodSeconds: 0,
    subdomain: "",
  };
  expect(normalizeInputs(pod({ ...given, ...template }))).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: {
      automountServiceAccountToken: false,
      securityContext: {},
      priority: 0,
      terminationGracePeriodSeconds: 0,
    },
  });
});

test("what is the user's own is left alone", () => {
  const data = { limits: "1000m", empty: "" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data };
  expect(normalizeInputs(object)).toEqual(object);
  const custom = {
    apiVersion: "example.com/v1",
    kind: "X",
    metadata: {},
    limits: { cpu: "1000m" },
    args: [],
  };
  expect(normalizeInputs(custom)).toEqual(custom);
});

test("pruning keeps of a live object what the inputs have", () => {
  expect(
    prune(
      { a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }, { f: 3 }], h: "x" },
      { a: 0, b: { c: 0 }, e: [{ f: 0 }], h: { other: "type" } },
    ),
  ).toEqual({ a: 1, b: { c: 2 }, e: [{ f: 1 }], h: "x" });
});
