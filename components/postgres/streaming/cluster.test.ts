import { beforeAll, describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs, type Registered } from "../../../test/support/deploy.ts";
import { RecordingPlatform } from "../../../test/support/platform.ts";
import { CertificateAuthority } from "../../pki/authority.ts";
import { PostgresCluster } from "../cluster.ts";

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
          { name: "main", host: "alpha", port: 5432 },
          { name: "replica1", host: "beta", port: 5432 },
        ],
        replication: "streaming",
        etcd: ["etcd1"],
        database: "orders",
        user: "shop",
        password: "s3cret",
        server: { memoryMib: 1024 },
        clientCidrs: ["192.168.0.0/16"],
        clients: { exporters: ["exporter1"] },
        passedThrough: { aliases: ["balancer"], hosts: ["alpha"] },
      });
    },
    { outputs: providerOutputs },
  );
});

const fileOf = (name: string, path: string) =>
  platform.asked.find((asked) => asked.name === name)!.spec.files[path]!.content as string;

describe("PostgresCluster with streaming replication", () => {
  test("has exactly these children, members by their own names", () => {
    const node = (name: string) => [
      `StreamingNode ${name}`,
      `Certificate ${name}-tls`,
      `PrivateKey ${name}-tls-key`,
      `CertRequest ${name}-tls-request`,
      `LocallySignedCert ${name}-tls-certificate`,
      `Workload ${name}`,
    ];
    expect(listed(resources)).toEqual(
      [
        "CertificateAuthority authority",
        "PrivateKey authority-key",
        "SelfSignedCert authority-certificate",
        "PostgresCluster orders",
        ...["alpha", "beta"].map((host) => `SharedVolume orders-fence-${host}-locks`),
        ...["main", "replica1"].flatMap((name) => node(name)),
      ].sort(),
    );
  });

  test("changes one member after the other, each only while all others are ready", () => {
    expect(platform.order()).toEqual({
      main: { after: [], peers: ["replica1"] },
      replica1: { after: ["main"], peers: ["main"] },
    });
  });

  test("keeps key and password of each member secret", () => {
    for (const { name } of platform.asked) {
      expect(platform.secretFiles(name)).toEqual(["secrets/application_password", "tls/node.key"]);
    }
  });

  test("lets the first of two lead, at the pace of the standard profile, with the extension for vectors", () => {
    expect(fileOf("main", "patroni/settings.yml")).toContain("nofailover: false");
    expect(fileOf("replica1", "patroni/settings.yml")).toContain("nofailover: true");
    expect(fileOf("replica1", "patroni/settings.yml")).toContain("ttl: 30");
    expect(fileOf("replica1", "patroni/identity.yml")).toContain('scope: "orders"');
    expect(fileOf("main", "bootstrap.conf")).toContain("extensions=vector\n");
  });

  test("opens the members to each other, and the database alone to the clients' networks", () => {
    const access = fileOf("main", "pg_hba.conf");
    expect(access).toContain("hostssl replication synfleet_replicator 10.0.0.0/24 cert");
    expect(access).toContain("hostssl orders shop 192.168.0.0/16 scram-sha-256");
    expect(access).not.toContain("synfleet_replicator 192.168.0.0/16");
  });

  test("has certificates good under the balancer's name and hosts too", () => {
    const request = resources.find(({ name }) => name === "replica1-tls-request")!;
    expect(request.inputs["dnsNames"]).toEqual([
      ...["replica1", "balancer", "beta.example", "alpha.example"],
    ]);
  });

  test("tells the nodes' addresses without a password", () => {
    expect(cluster.nodes.map(({ url }) => url)).toEqual([
      "postgresql://alpha.example:5432/orders",
      "postgresql://beta.example:5432/orders",
    ]);
  });
});
