import { expect, test } from "vitest";
import type { StateResource } from "./lost-host.ts";
import { withoutNamespace } from "./lost-namespace.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::synfleet::${type}::${name}`;
const make = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  ...{ urn: urn(type, name), type, inputs: {} },
  ...more,
});
const by = (name: string) => ({
  provider: `${urn("synfleet:platform:Kubernetes$pulumi:providers:kubernetes", name)}::7f2a`,
});
const command = (name: string, environment: object) =>
  make("command:local:Command", name, { inputs: { environment } });

const inIt = [
  make("synfleet-hosts:placement:Placement", "placement"),
  make("kubernetes:core/v1:Namespace", "platform-namespace", by("platform-keeper")),
  make("kubernetes:core/v1:PersistentVolumeClaim", "one-data", {
    ...by("platform-keeper"),
    inputs: { metadata: { name: "one-data", namespace: "orders" } },
  }),
  make("kubernetes:apps/v1:StatefulSet", "one", by("platform")),
  command("one-gate", { NAMESPACE: "orders", ALIAS: "one" }),
];
const others = [
  make("synfleet:platform:Kubernetes", "platform", { inputs: { prefix: "orders" } }),
  make("pulumi:providers:kubernetes", "platform"),
  make("random:index/randomPassword:RandomPassword", "application"),
  command("synap-build", { DOCKER_HOST: "unix:///var/run/docker.sock" }),
];

test("what was in the namespace is forgotten; passwords, certificates and images are not", () => {
  const outputs = make("pulumi:pulumi:Stack", "stack", { dependencies: [inIt[3]!.urn] });
  const { state, forgotten } = withoutNamespace(
    { resources: [...inIt, ...others, outputs] },
    "orders",
  );
  expect(forgotten).toEqual(inIt);
  expect(state.resources).toEqual([...others, { ...outputs, dependencies: [] }]);
});
