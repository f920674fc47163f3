import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { EtcdCluster } from "./cluster.ts";

test("EtcdCluster is its members, changed one after the other while the others are ready", async () => {
  const platform = new RecordingPlatform();
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      const members = ["etcd1", "etcd2", "etcd3"].map((name) => ({ name, host: "local" }));
      new EtcdCluster("consensus", { platform, authority, members });
    },
    { outputs: providerOutputs },
  );
  expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual(
    [
      "EtcdCluster consensus",
      ...["etcd1", "etcd2", "etcd3"].flatMap((name) => [
        `Certificate ${name}-tls`,
        `PrivateKey ${name}-tls-key`,
        `CertRequest ${name}-tls-request`,
        `LocallySignedCert ${name}-tls-certificate`,
        `Workload ${name}`,
      ]),
    ].sort(),
  );
  expect(platform.order()).toEqual({
    etcd1: { after: [], peers: ["etcd2", "etcd3"] },
    etcd2: { after: ["etcd1"], peers: ["etcd1", "etcd3"] },
    etcd3: { after: ["etcd2"], peers: ["etcd1", "etcd2"] },
  });
  expect(platform.secretFiles("etcd1")).toEqual(["tls/node.key"]);
});
