import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { LoadBalancer } from "./balancer.ts";

test("LoadBalancer is one workload with a certificate, and tells its address without a password", async () => {
  const platform = new RecordingPlatform();
  let made: LoadBalancer | undefined;
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      made = new LoadBalancer("balancer", {
        platform,
        authority,
        host: "local",
        services: [{ sections: "backend write\n", ports: [{ internal: 5002, published: 6002 }] }],
        statistics: { user: "watcher", password: pulumi.secret("s3cret"), port: 9404 },
      });
    },
    { outputs: providerOutputs },
  );
  expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual([
    "CertRequest balancer-tls-request",
    "Certificate balancer-tls",
    "LoadBalancer balancer",
    "LocallySignedCert balancer-tls-certificate",
    "PrivateKey balancer-tls-key",
    "Workload balancer",
  ]);
  expect(platform.secretFiles("balancer")).toEqual(["haproxy.cfg", "tls/node.key"]);
  expect(made).toMatchObject({ statisticsUrl: "https://local.example:9404/stats" });
  expect(JSON.stringify(resources)).not.toContain("s3cret");
});
