import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import {
  ingressRules,
  namespaceItself,
  namespaceRules,
  operatorRules,
  rightsOf,
} from "./rights.ts";

test("docs/kubernetes.md has the role, and what the cluster's own operators need besides", async () => {
  const text = await readFile(new URL("../../../docs/kubernetes.md", import.meta.url), "utf8");
  const role = /```yaml\n(apiVersion: rbac[^]*?)```/.exec(text)![1]!;
  expect((parse(role) as { rules: unknown }).rules).toEqual(namespaceRules);
  const besides = /```yaml\n(- apiGroups: \[monitoring[^]*?)```/.exec(text)![1]!;
  expect(parse(besides)).toEqual([...operatorRules, ...ingressRules]);
});

test("each is asked for by itself, a subresource apart from what it belongs to", () => {
  const rights = rightsOf(namespaceRules, { namespace: "orders" });
  expect(rights).toContainEqual({
    ...{ namespace: "orders", group: "", resource: "pods", subresource: "exec", verb: "create" },
  });
  expect(rights).toContainEqual({
    ...{ namespace: "orders", group: "apps", resource: "statefulsets", verb: "patch" },
  });
  expect(new Set(rights.map((right) => JSON.stringify(right))).size).toBe(rights.length);
});

test.each([
  [false, true, ["get", "patch", "create"]],
  [true, true, ["get", "patch"]],
  [true, false, ["get", "patch", "delete"]],
])("a namespace that is there: %s, kept: %s", (isThere, isKept, verbs) => {
  expect(namespaceItself(isThere, isKept).verbs).toEqual(verbs);
});
