import { beforeAll, describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs, type Registered } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { PostgresCluster } from "./cluster.ts";

const platform = new RecordingPlatform(["alpha", "beta"]);
let cluster: PostgresCluster;
let resources: Registered[];

beforeAll(async () => {
  resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      cluster = new PostgresCluster("orders", {
        platform,
        authority,
        members: [
          { name: "left", number: 4, host: "alpha", port: 5432 },
          { name: "middle", number: 9, host: "beta", port: 5432 },
          { name: "right", number: 2, host: "beta", port: 5433 },
        ],
        replication: "multi-master",
        database: "orders",
        user: "shop",
        password: "s3cret",
        server: { memoryMib: 1024, parameters: { work_mem: "4MB" } },
        clientCidrs: ["192.168.0.0/16"],
        clients: { managers: ["manager4"], exporters: [], balancers: ["balancer"] },
        passedThrough: { aliases: ["balancer"], hosts: ["alpha"] },
      });
    },
    { outputs: providerOutputs },
  );
});

const fileOf = (name: string, path: string) =>
  platform.asked.find((asked) => asked.name === name)!.spec.files[path]!.content as string;

describe("PostgresCluster", () => {
  test("has exactly these children, members by their own names", () => {
    const node = (name: string) => [
      `PostgresNode ${name}`,
      `Certificate ${name}-tls`,
      `PrivateKey ${name}-tls-key`,
      `CertRequest ${name}-tls-request`,
      `LocallySignedCert ${name}-tls-certificate`,
      `Workload ${name}`,
    ];
    const authority = [
      "CertificateAuthority authority",
      "PrivateKey authority-key",
      "SelfSignedCert authority-certificate",
    ];
    expect(listed(resources)).toEqual(
      [
        ...authority,
        "PostgresCluster orders",
        ...["left", "middle", "right"].flatMap((name) => node(name)),
      ].sort(),
    );
  });

  test("changes one member after the other, each only while all others are ready", () => {
    expect(platform.order()).toEqual({
      left: { after: [], peers: ["middle", "right"] },
      middle: { after: ["left"], peers: ["left", "right"] },
      right: { after: ["middle"], peers: ["left", "middle"] },
    });
  });

  test("keeps key and password of each member secret", () => {
    for (const { name } of platform.asked) {
      expect(platform.secretFiles(name)).toEqual(["secrets/application_password", "tls/node.key"]);
    }
  });

  test("gives each member its own name and number, and the networks it may be reached from", () => {
    expect(fileOf("middle", "bootstrap.conf")).toContain("member=middle\nnumber=9\n");
    expect(fileOf("middle", "postgresql.conf")).toContain("cluster_name = 'middle'");
    expect(fileOf("middle", "postgresql.conf")).toContain("work_mem = '4MB'");
    const access = fileOf("middle", "pg_hba.conf");
    expect(access).toContain("hostssl orders shop 192.168.0.0/16 scram-sha-256");
    expect(access).toContain("hostssl orders synfleet_replicator 10.0.0.0/24 cert");
    expect(access).not.toContain("synfleet_replicator 192.168.0.0/16");
  });

  test("has certificates good under the balancer's name and hosts too", () => {
    const request = resources.find(({ name }) => name === "middle-tls-request")!;
    expect(request.inputs["dnsNames"]).toEqual([
      ...["middle", "balancer", "beta.example", "alpha.example"],
    ]);
  });

  test("tells the nodes' addresses without a password", () => {
    expect(cluster.nodes.map(({ url }) => url)).toEqual([
      "postgresql://alpha.example:5432/orders",
      "postgresql://beta.example:5432/orders",
      "postgresql://beta.example:5433/orders",
    ]);
  });
});
