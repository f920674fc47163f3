import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs, type Registered } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { SynapCluster, type SynapClusterArgs } from "./cluster.ts";

const members = ["synap1", "synap2", "synap3"].map((name) => ({ name, host: "local" }));

async function cluster(args: Partial<SynapClusterArgs> = {}) {
  const platform = new RecordingPlatform();
  let made: SynapCluster | undefined;
  const resources: Registered[] = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "sessions" });
      made = new SynapCluster("sessions", {
        platform,
        authority,
        members,
        password: "s3cret-s3cret",
        clients: ["balancer"],
        server: { maxMemoryMib: 512 },
        ...args,
      });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources, made: made! };
}

describe("SynapCluster", () => {
  test("is its members, the replicas changed before the master", async () => {
    const { platform, resources, made } = await cluster();
    expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual(
      [
        "SynapCluster sessions",
        ...["synap1", "synap2", "synap3"].flatMap((name) => [
          `Certificate ${name}-tls`,
          `PrivateKey ${name}-tls-key`,
          `CertRequest ${name}-tls-request`,
          `LocallySignedCert ${name}-tls-certificate`,
          `Workload ${name}`,
        ]),
      ].sort(),
    );
    expect(platform.order()).toEqual({
      synap2: { after: [], peers: ["synap1"] },
      synap3: { after: ["synap2"], peers: ["synap2", "synap1"] },
      synap1: { after: ["synap3"], peers: ["synap2", "synap3"] },
    });
    expect(made.urls).toEqual(members.map(({ name }) => `https://${name}:15500`));
  });

  test("keeps the password in secret files, and out of everything else", async () => {
    const { platform, resources } = await cluster();
    const secret = ["config.yml", "haproxy.cfg", "secrets/password", "tls/node.key"];
    expect(platform.secretFiles("synap1")).toEqual(secret);
    const { files, ...spec } = platform.asked.find(({ name }) => name === "synap1")!.spec;
    expect(JSON.stringify(spec)).not.toContain("s3cret");
    expect(files["synap.json"]!.content).not.toContain("s3cret");
    expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain("s3cret");
    const text = await new Promise((resolve) =>
      pulumi.output(files["secrets/password"]!.content).apply(resolve),
    );
    expect(text).toBe("s3cret-s3cret\n");
  });

  test("gives every member's certificate the name that lets members in to each other", async () => {
    const { resources } = await cluster();
    const requests = resources.filter(({ name }) => /^synap\d-tls-request$/.test(name));
    expect(requests).toHaveLength(3);
    for (const { inputs } of requests) expect(inputs["dnsNames"]).toContain("members.sessions");
  });

  test("has room for data, the replication log and what stands around the server", async () => {
    const { platform } = await cluster({ replicationMemoryMiB: 100 });
    expect(platform.asked[0]!.spec.limits).toEqual({ memoryMiB: 640 + 100 + 192, cpus: 1 });
  });

  test("publishes a member's port only where one is asked for", async () => {
    const { platform, made } = await cluster({
      members: [{ name: "alone", host: "local", port: 16500 }],
    });
    expect(platform.asked[0]!.spec.ports).toEqual([
      { internal: 15500, published: 16500 },
      { internal: 15600 },
    ]);
    expect(made.urls).toEqual(["https://local.example:16500"]);
  });

  test.each<[Partial<SynapClusterArgs>, string]>([
    [{ members: [] }, "members of Synap: none given. Allowed: one or more"],
    [{ master: "synap9" }, 'master of Synap is "synap9". Allowed: one of synap1, synap2, synap3'],
    [{ members: [...members, members[0]!] }, 'members of Synap: "synap1" is there twice'],
    [{ clients: ["a b"] }, 'clients is "a b"'],
  ])("refuses %j", async (args, message) => {
    await expect(cluster(args)).rejects.toThrow(message);
  });
});
