import { expect, test } from "vitest";
import type { SharedVolume } from "../../platform/platform.ts";
import {
  identityYml,
  settingsYml,
  streamingBootstrapConf,
  streamingHbaConf,
  streamingIdentConf,
} from "./conf.ts";
import { streamingSpec, type StreamingSpecArgs } from "./spec.ts";

const locks: SharedVolume = { name: "orders-locks", host: "alpha", made: undefined! };

const args: StreamingSpecArgs = {
  cluster: "orders",
  member: "postgres2",
  members: ["postgres1", "postgres2", "postgres3"],
  candidates: ["postgres1", "postgres2"],
  etcd: ["etcd1", "etcd2", "etcd3"],
  exporters: ["postgres-exporter2"],
  profile: "fast",
  host: "alpha",
  port: 5433,
  cpus: 1.5,
  server: { memoryMib: 2048, maxConnections: 100 },
  access: { database: "orders", applicationUser: "shop" },
  extensions: ["vector"],
  password: "s3cret",
  locks,
  files: { "tls/ca.crt": { content: "CA" } },
};

test("a member of a streaming cluster is this workload", () => {
  expect(streamingSpec(args)).toEqual({
    alias: "postgres2",
    host: "alpha",
    image: { stage: "patroni" },
    files: {
      "tls/ca.crt": { content: "CA" },
      "patroni/identity.yml": { content: identityYml(args) },
      "patroni/settings.yml": { content: settingsYml(args) },
      "pg_hba.conf": { content: streamingHbaConf(args.access) },
      "pg_ident.conf": { content: streamingIdentConf(args) },
      "bootstrap.conf": { content: streamingBootstrapConf(args.access, ["vector"]) },
      "secrets/application_password": { content: "s3cret", secret: true },
    },
    volumes: [
      { name: "data", path: "/var/lib/synfleet" },
      { name: "locks", path: "/var/lib/synfleet-fence", shared: locks },
    ],
    ports: [{ internal: 5432, published: 5433 }, { internal: 8008 }],
    limits: { memoryMiB: 2048, cpus: 1.5 },
    stopSeconds: 120,
    health: ["/usr/local/bin/healthy"],
  });
});

test("the password is in its own file alone", () => {
  const { "secrets/application_password": _, ...others } = streamingSpec(args).files;
  expect(JSON.stringify(others)).not.toContain("s3cret");
});
