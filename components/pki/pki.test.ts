import { expect, test } from "vitest";
import { deploy, isSecret, providerOutputs } from "../../test/support/deploy.ts";
import type { Platform } from "../platform/platform.ts";
import { CertificateAuthority } from "./authority.ts";
import { issue } from "./issue.ts";

const platform = {
  advertised: (host: string) => ({
    dnsNames: ["localhost"],
    ipAddresses: host === "local" ? ["127.0.0.1"] : ["127.0.0.1", "10.0.0.9"],
  }),
} as unknown as Platform;

const program = () => {
  const authority = new CertificateAuthority("authority", { commonName: "orders" });
  issue(
    {
      alias: "postgres1",
      hosts: ["local", "front"],
      alsoKnownAs: ["balancer"],
      platform,
      authority,
    },
    { parent: authority },
  );
};

test("a certificate carries every name by which the workload is reached, once, and serves both ways", async () => {
  const resources = await deploy(program, { outputs: providerOutputs });
  const input = (type: string) =>
    resources.find(
      (resource) => resource.type.endsWith(`:${type}`) && resource.name.startsWith("postgres1"),
    )!.inputs;
  expect(input("CertRequest")).toMatchObject({
    subject: { commonName: "postgres1" },
    dnsNames: ["postgres1", "balancer", "localhost"],
    ipAddresses: ["127.0.0.1", "10.0.0.9"],
  });
  expect(input("LocallySignedCert")).toMatchObject({
    caCertPem: "CA",
    validityPeriodHours: 825 * 24,
    earlyRenewalHours: 120 * 24,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
  });
  expect(isSecret(input("LocallySignedCert")["caPrivateKeyPem"])).toBe(true);
});

test("an authority is a key and a certificate that may sign others", async () => {
  const resources = await deploy(() => {
    new CertificateAuthority("authority", { commonName: "orders", validityDays: 30 });
  });
  expect(resources.map(({ name }) => name)).toEqual([
    "authority",
    "authority-key",
    "authority-certificate",
  ]);
  expect(resources[2]!.inputs).toMatchObject({ isCaCertificate: true, validityPeriodHours: 720 });
});
