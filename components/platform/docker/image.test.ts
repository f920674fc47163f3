import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { deploy } from "../../../test/support/deploy.ts";
import { Image } from "./image.ts";

const tag = "synfleet/etcd:0123456789ab";
const engine = "ssh://root@10.0.0.1";
const registry = "registry.example.com:5000/team";
const program = (client: Record<string, string> = {}): void => {
  const parent = new pulumi.ComponentResource("test:Parent", "parent");
  new Image("etcd-alpha", { stage: "etcd", tag, engine, client }, { parent });
};

test("an image is built on the engine that uses it, again only under another tag, and never removed", async () => {
  const [, , build] = await deploy(() => program());
  expect(build!.name).toBe("etcd-alpha-build");
  const { create, ...rest } = build!.inputs;
  expect(rest).toEqual({
    delete: "true",
    environment: { DOCKER_HOST: "ssh://root@10.0.0.1", TAG: tag },
  });
  expect(create).toMatch(
    /^docker image inspect "\$TAG" >\/dev\/null 2>&1 \|\| node [^/].*build\.ts etcd$/,
  );
});

test("the command names a file that is there, from the folder of the program", async () => {
  const [, , build] = await deploy(() => program());
  expect(existsSync(/node (\S+)/.exec(build!.inputs["create"] as string)![1]!)).toBe(true);
});

test("an engine that needs options of ssh is reached with them", async () => {
  const [, , build] = await deploy(() => program({ SSH_CLIENT: "a", SSH_OPTIONS: "b" }));
  expect(build!.inputs).toMatchObject({
    create: expect.stringMatching(
      /^\[ -z "\$\{SSH_CLIENT:-\}" \] \|\| export PATH=.*\ndocker image/,
    ),
    environment: { DOCKER_HOST: engine, SSH_CLIENT: "a", SSH_OPTIONS: "b" },
  });
});

test("of a registry, the first engine builds and keeps it, and the others take it from there", async () => {
  const resources = await deploy(() => {
    const parent = new pulumi.ComponentResource("test:Parent", "parent");
    const args = { stage: "etcd", tag, client: {} };
    const imageOf = (name: string, from: "build" | "registry") =>
      new Image(name, { ...args, engine: name, registry: { address: registry, from } }, { parent });
    imageOf("first", "build");
    imageOf("second", "registry");
  });
  const inputsOf = (name: string) =>
    resources.find((made) => made.name === `${name}-build`)!.inputs;
  const environment = {
    TAG: tag,
    REMOTE: `${registry}/synfleet-etcd:0123456789ab`,
    REGISTRY: "registry.example.com:5000",
  };
  expect(inputsOf("first")).toMatchObject({
    environment: { ...environment, DOCKER_HOST: "first" },
    create: expect.stringMatching(
      /docker pull [^]*build\.ts etcd[^]*docker push --quiet "\$REMOTE"/,
    ),
  });
  expect(inputsOf("second")).toMatchObject({
    environment: { ...environment, DOCKER_HOST: "second" },
    create: expect.not.stringContaining("build.ts"),
  });
});
