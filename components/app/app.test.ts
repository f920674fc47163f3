import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { App, type AppArgs } from "./app.ts";
import { referenceApp } from "./reference.ts";

const login = { user: "synaxic", password: pulumi.secret("s3cret") };
const program = referenceApp({
  database: { write: { host: "balancer", port: 5002 }, name: "synaxic", ...login },
  cache: { write: { host: "balancer", port: 6380 }, ...login },
});

async function made(members: AppArgs["members"]) {
  const platform = new RecordingPlatform(["local", "other"]);
  let app: App | undefined;
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      app = new App("app", { platform, authority, members, program });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources, app: app! };
}

test("App is a workload and a certificate for each instance, and tells how to reach them", async () => {
  const { platform, resources, app } = await made([
    { name: "app-main", host: "local", port: 9080 },
    { name: "app-replica-1", host: "other", mode: "read" },
  ]);
  expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual([
    "App app",
    "CertRequest app-main-tls-request",
    "CertRequest app-replica-1-tls-request",
    "Certificate app-main-tls",
    "Certificate app-replica-1-tls",
    "LocallySignedCert app-main-tls-certificate",
    "LocallySignedCert app-replica-1-tls-certificate",
    "PrivateKey app-main-tls-key",
    "PrivateKey app-replica-1-tls-key",
    "Workload app-main",
    "Workload app-replica-1",
  ]);
  expect(app).toMatchObject({
    serverName: "app",
    tls: true,
    upstreams: [
      { name: "app-main", port: 8080, mode: "write" },
      { name: "app-replica-1", port: 8080, mode: "read" },
    ],
    urls: { "app-main": "https://local.example:9080" },
  });
  expect(platform.secretFiles("app-main")).toEqual([
    "secrets/cache_password",
    "secrets/database_password",
    "tls/node.key",
  ]);
});

test("every instance's certificate also carries the app's name, by which the proxy verifies", async () => {
  const { resources } = await made([{ name: "app-main", host: "local" }]);
  const request = resources.find(({ name }) => name === "app-main-tls-request")!;
  expect(request.inputs).toMatchObject({ dnsNames: ["app-main", "app", "local.example"] });
});

test("a change goes through the instances one by one, and each new one is waited for", async () => {
  const { platform } = await made([
    { name: "a", host: "local" },
    { name: "b", host: "local" },
    { name: "c", host: "local", mode: "read" },
  ]);
  expect(platform.order()).toEqual({
    a: { after: [], peers: ["b", "c"] },
    b: { after: ["a"], peers: ["a", "c"] },
    c: { after: ["b"], peers: ["a", "b"] },
  });
  expect(platform.asked.every(({ options }) => options.readyAlone)).toBe(true);
});

test("refuses instances that nobody could write to, and one name for two", async () => {
  await expect(made([])).rejects.toThrow('got none. Allowed: at least one in mode "write"');
  await expect(made([{ name: "a", host: "local", mode: "read" }])).rejects.toThrow(
    'got only mode "read"',
  );
  await expect(
    made([
      { name: "a", host: "local" },
      { name: "a", host: "other" },
    ]),
  ).rejects.toThrow('"a" is there twice');
});
