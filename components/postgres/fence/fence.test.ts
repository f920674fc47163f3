import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../../test/support/deploy.ts";
import { RecordingPlatform } from "../../../test/support/platform.ts";
import { CertificateAuthority } from "../../pki/authority.ts";
import { PostgresCluster } from "../cluster.ts";

async function cluster(
  members: readonly { name: string; host: string }[],
  { companions = false } = {},
) {
  const platform = Object.assign(new RecordingPlatform(["alpha", "beta"]), { companions });
  const resources = await deploy(
    () => {
      new PostgresCluster("orders", {
        platform,
        authority: new CertificateAuthority("authority", { commonName: "orders" }),
        members,
        replication: "streaming",
        etcd: ["etcd1"],
        profile: "fast",
        database: "orders",
        user: "shop",
        password: "s3cret",
        server: { memoryMib: 1024 },
        clients: { exporters: [] },
      });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources };
}

const three = [
  { name: "main", host: "alpha" },
  { name: "replica1", host: "beta" },
  { name: "replica2", host: "alpha" },
];

test("a cluster that fails over by itself has a fence on each of its hosts, changed after the members", async () => {
  const { platform, resources } = await cluster(three);
  expect(listed(resources).filter((line) => line.includes("fence"))).toEqual(
    ["alpha", "beta"]
      .map((host) => `orders-fence-${host}`)
      .flatMap((name) => [
        `Certificate ${name}-tls`,
        `PrivateKey ${name}-tls-key`,
        `CertRequest ${name}-tls-request`,
        `LocallySignedCert ${name}-tls-certificate`,
        `Fence ${name}`,
        `SharedVolume ${name}-locks`,
        `Workload ${name}`,
      ])
      .sort(),
  );
  expect(platform.order()).toMatchObject({
    "orders-fence-alpha": { after: ["replica2"], peers: undefined },
    "orders-fence-beta": { after: ["replica2"], peers: undefined },
  });
  expect(platform.secretFiles("orders-fence-alpha")).toEqual(["tls/node.key"]);
});

test("a fence knows the members of its host and the length of the lease; members lock in its volume", async () => {
  const { platform } = await cluster(three);
  const spec = (name: string) => platform.asked.find((asked) => asked.name === name)!.spec;
  const conf = (name: string) => spec(name).files["fence.conf"]!.content as string;
  expect(conf("orders-fence-alpha")).toContain("members=main,replica2\n");
  expect(conf("orders-fence-beta")).toContain("members=replica1\netcd=etcd1\nlease_seconds=20\n");
  const volume = (name: string) => spec(name).volumes.find(({ shared }) => shared)!.shared!.name;
  expect(["main", "replica1", "replica2"].map(volume)).toEqual(
    ["alpha", "beta", "alpha"].map((host) => `orders-fence-${host}-locks`),
  );
  expect(volume("orders-fence-alpha")).toBe("orders-fence-alpha-locks");
});

test("where members may have companions, each of three has its own fence, and of two none has", async () => {
  const { platform, resources } = await cluster(three, { companions: true });
  expect(Object.keys(platform.order())).toEqual(["main", "replica1", "replica2"]);
  expect(listed(resources).filter((line) => /Fence|SharedVolume/.test(line))).toEqual([]);
  for (const { name, spec } of platform.asked) {
    expect(spec.companions!.map((one) => one.name)).toEqual(["fence"]);
    expect(spec.files["fence.conf"]!.content).toContain(`members=${name}\n`);
  }
  const two = await cluster(three.slice(0, 2), { companions: true });
  for (const { spec } of two.platform.asked) {
    expect(spec.companions).toBeUndefined();
    expect(spec.volumes.map(({ name }) => name)).toEqual(["data"]);
  }
});

test("two members have no fence, but the locks, so that a third one replaces neither of them", async () => {
  const { platform } = await cluster(three.slice(0, 2));
  expect(Object.keys(platform.order())).toEqual(["main", "replica1"]);
  const before = platform.asked.map(({ spec }) => spec.volumes);
  const after = (await cluster(three)).platform.asked.slice(0, 2).map(({ spec }) => spec.volumes);
  const named = (all: typeof before) =>
    all.map((volumes) => volumes.map(({ name, path, shared }) => [name, path, shared?.name]));
  expect(named(after)).toEqual(named(before));
});
