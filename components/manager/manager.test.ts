import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import type { ManagerConfArgs } from "./conf.ts";
import { ClusterInitialiser } from "./initialiser.ts";
import { ClusterManager } from "./manager.ts";

const cluster: ManagerConfArgs = {
  cluster: "orders",
  serves: "postgres7",
  members: [{ name: "postgres7", number: 7 }],
  etcd: [{ name: "etcd1" }],
  database: "orders",
};

async function render(make: (common: object) => void) {
  const platform = new RecordingPlatform();
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      make({ platform, authority, host: "local", cluster, token: pulumi.secret("t0ken") });
    },
    { outputs: providerOutputs },
  );
  const children = listed(resources).filter((line) => !line.includes("authority"));
  return { platform, resources, children };
}

test("ClusterManager has a certificate of its own and serves the member by its number", async () => {
  let url = "";
  const { platform, children, resources } = await render((common: any) => {
    url = new ClusterManager("manager7", { ...common, number: 7, port: 8084, peers: ["manager8"] })
      .url;
  });
  expect(children).toEqual([
    "CertRequest manager7-tls-request",
    "Certificate manager7-tls",
    "ClusterManager manager7",
    "LocallySignedCert manager7-tls-certificate",
    "PrivateKey manager7-tls-key",
    "Workload manager7",
  ]);
  expect(platform.order()).toEqual({ manager7: { after: [], peers: ["manager8"] } });
  expect(platform.secretFiles("manager7")).toEqual(["secrets/manager_token", "tls/node.key"]);
  expect(url).toBe("https://local.example:8084");
  expect(JSON.stringify(resources)).not.toContain("t0ken");
});

test("ClusterInitialiser shows a manager's certificate, and waits for what it is told", async () => {
  const { platform, children } = await render((common: any) => {
    new ClusterInitialiser("init", { ...common, dependsOn: [common.authority] });
  });
  expect(children).toEqual([
    "CertRequest manager-init-tls-request",
    "Certificate manager-init-tls",
    "ClusterInitialiser init",
    "LocallySignedCert manager-init-tls-certificate",
    "PrivateKey manager-init-tls-key",
    "Workload init",
  ]);
  const [{ options, spec }] = platform.asked as [(typeof platform.asked)[0]];
  expect(options.dependsOn).toHaveLength(1);
  expect(options.peers).toBeUndefined();
  expect(spec.oneShot).toBe(true);
});
