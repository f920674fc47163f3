import { expect, test } from "vitest";
import type { PropertyMap } from "../../../provider.ts";
import { WaitFor } from "./wait-for.ts";

const log = (): void => undefined;
const widget = (status: PropertyMap = {}): PropertyMap => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "x", namespace: "n", generation: 1 },
  status,
});

test.for([
  ["condition=Synced", true],
  ["condition=synced=True", true],
  ["condition=Synced=False", false],
  ["condition=Other", false],
  ["jsonpath={.status.phase}", true],
  ["jsonpath={.status.phase}=Running", true],
  ["jsonpath={ $.status.phase }=Stopped", false],
  ["jsonpath={.status.nodes[0].name}=a", true],
  ["jsonpath={.status.nodes[*].name}=a", true],
  ["jsonpath={.status.nodes[?(@.name=='b')].up}=true", true],
  ["jsonpath={.status.missing}", false],
  ['["condition=Synced", "jsonpath={.status.phase}=Stopped"]', false],
  ['["condition=Synced", "jsonpath={.status.phase}=Running"]', true],
] as const)("waiting for %s: %s", ([annotation, isReady]) => {
  const nodes: PropertyMap[] = [{ name: "a" }, { name: "b", up: true }];
  const conditions = [{ type: "Synced", status: "True" }];
  const it = widget({ phase: "Running", nodes, conditions });
  expect(new WaitFor({ object: it, log }, annotation).isReady()).toBe(isReady);
});

test.for([
  ["phase=Running", 'expected a "jsonpath=" or "condition=" prefix'],
  ["jsonpath=.status.phase", "should be wrapped in brackets"],
  ["jsonpath={.status.phase}=", "requires a value"],
  ["jsonpath={.status..phase}", "the offline engine knows"],
] as const)("the annotation %s is refused: %s", ([annotation, message]) => {
  expect(() => new WaitFor({ object: widget(), log }, annotation)).toThrow(message);
});
