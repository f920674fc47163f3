import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { RedisPair, type RedisPairArgs } from "./pair.ts";

const passwords = {
  application: pulumi.secret("application-pass"),
  replica: "replica-pass",
  sentinel: "sentinel-pass",
  monitor: "monitor-pass",
  check: "check-password",
};

async function render(changes: Partial<RedisPairArgs> = {}) {
  const platform = new RecordingPlatform(["alpha", "beta"]);
  let pair: RedisPair | undefined;
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      pair = new RedisPair("cache", {
        platform,
        authority,
        members: [
          { name: "main", host: "alpha", port: 7001 },
          { name: "second", host: "beta", port: 7002 },
        ],
        passwords,
        ...changes,
      });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources, pair: pair! };
}

const sentinels = ["one", "two", "three"].map((name) => ({ name, host: "alpha" }));

describe("RedisPair", () => {
  test("is its servers and Sentinels, each with a certificate", async () => {
    const { resources, pair } = await render({ sentinels });
    expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual(
      [
        "RedisPair cache",
        ...["main", "second", "one", "two", "three"].flatMap((name) => [
          `Certificate ${name}-tls`,
          `PrivateKey ${name}-tls-key`,
          `CertRequest ${name}-tls-request`,
          `LocallySignedCert ${name}-tls-certificate`,
          `Workload ${name}`,
        ]),
      ].sort(),
    );
    expect(pair.urls).toEqual(["rediss://alpha.example:7001", "rediss://beta.example:7002"]);
    expect(pair.workloads).toHaveLength(5);
  });

  test("is changed from the last server to the first, then one Sentinel after the other", async () => {
    const { platform } = await render({ sentinels });
    expect(platform.order()).toEqual({
      second: { after: [], peers: ["main"] },
      main: { after: ["second"], peers: ["second"] },
      one: { after: ["main"], peers: ["two", "three"] },
      two: { after: ["one"], peers: ["one", "three"] },
      three: { after: ["two"], peers: ["one", "two"] },
    });
  });

  test("keeps passwords and keys in secret files alone", async () => {
    const { platform, resources } = await render({ sentinels });
    expect(platform.secretFiles("main")).toEqual([
      "secrets/replica_password",
      "secrets/users.acl",
      "tls/node.key",
    ]);
    expect(platform.secretFiles("two")).toEqual([
      "secrets/sentinel_password",
      "secrets/users.acl",
      "tls/node.key",
    ]);
    for (const password of ["application-pass", "replica-pass"])
      expect(JSON.stringify(resources)).not.toContain(password);
  });

  test("has certificates that are good behind a balancer", async () => {
    const { resources } = await render({
      passedThrough: { aliases: ["balancer"], hosts: ["alpha"] },
    });
    const request = resources.find(({ name }) => name === "second-tls-request")!;
    expect(request.inputs["dnsNames"]).toEqual([
      "second",
      "balancer",
      "beta.example",
      "alpha.example",
    ]);
  });

  test.each<[string, Partial<RedisPairArgs>, RegExp]>([
    ["no member", { members: [] }, /members of Redis: none given. Allowed: one or more/],
    ["two Sentinels", { sentinels: sentinels.slice(1) }, /sentinels are 2 \(two, three\). Allowed/],
    ["one Sentinel", { sentinels: sentinels.slice(2) }, /sentinels is one \(three\). Allowed/],
    [
      "a name twice",
      { sentinels: [...sentinels.slice(1), { name: "main", host: "alpha" }] },
      /"main" is there twice/,
    ],
  ])("refuses %s", async (_, changes, message) => {
    await expect(render(changes)).rejects.toThrow(message);
  });
});
