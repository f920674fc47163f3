import { expect, test } from "vitest";
import { imageCheck } from "./image-check.ts";
import { selectorOf } from "./objects.ts";

const server = { reference: "example/server:2", pullPolicy: "IfNotPresent" } as const;
const fence = { reference: "example/fence:2", pullPolicy: "Never" } as const;
const place = { image: server, companions: { fence }, pullSecrets: ["login"] };

test("an image is tried on the node of the pod that it replaces, as that pod would have it", () => {
  const { spec } = imageCheck("alpha", "orders", place);
  expect(spec).toMatchObject({
    ...{ nodeName: "@NODE@", restartPolicy: "Never", imagePullSecrets: [{ name: "login" }] },
    containers: [
      { image: "example/server:2", imagePullPolicy: "IfNotPresent" },
      { image: "example/fence:2", imagePullPolicy: "Never" },
    ],
  });
});

test("what tries it is no part of the deployment, by any selector", () => {
  const { labels } = imageCheck("alpha", "orders", place).metadata;
  for (const label of Object.keys(selectorOf("orders", "alpha")))
    expect(labels).not.toHaveProperty([label]);
});
