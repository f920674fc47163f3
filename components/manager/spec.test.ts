import { expect, test } from "vitest";
import type { ManagerConfArgs } from "./conf.ts";
import { initialiserSpec, managerAlias, managerSpec } from "./spec.ts";

const cluster: ManagerConfArgs = {
  cluster: "orders",
  serves: "postgres1",
  members: [{ name: "postgres1", number: 1 }],
  etcd: [{ name: "etcd1" }],
  database: "orders",
};
const common = { host: "alpha", cluster, token: "t0ken", files: {} };

test("a manager is stateless, has its API published, and its token in a file of its own", () => {
  const spec = managerSpec({ ...common, alias: managerAlias(1), port: 8084 });
  expect(spec).toMatchObject({
    alias: "manager1",
    image: { stage: "manager" },
    volumes: [],
    ports: [{ internal: 8080, published: 8084 }],
    health: ["/usr/local/bin/healthy"],
  });
  expect(spec.files["secrets/manager_token"]).toEqual({ content: "t0ken", secret: true });
  expect(spec.files["manager.json"]!.content).not.toContain("t0ken");
});

test("the initialiser is the same image, ends by itself and listens nowhere", () => {
  const spec = initialiserSpec(common);
  expect(spec).toMatchObject({
    alias: "init",
    image: { stage: "manager" },
    command: ["init"],
    oneShot: true,
    ports: [],
  });
  expect(spec.health).toBeUndefined();
  expect(spec.files["secrets/manager_token"]).toEqual({ content: "t0ken", secret: true });
});
