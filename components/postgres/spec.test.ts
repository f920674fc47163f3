import { expect, test } from "vitest";
import { postgresSpec, type PostgresSpecArgs } from "./spec.ts";
import { bootstrapConf, pgHbaConf, pgIdentConf, postgresqlConf } from "./conf.ts";

const args: PostgresSpecArgs = {
  host: "alpha",
  port: 5433,
  cpus: 1.5,
  server: { memoryMib: 2048, maxConnections: 100 },
  access: { database: "orders", applicationUser: "shop" },
  identities: {
    members: ["postgres2"],
    managers: ["manager2"],
    exporters: ["postgres-exporter2"],
    balancers: ["balancer"],
  },
  bootstrap: { member: "postgres2", number: 2, database: "orders", applicationUser: "shop" },
  password: "s3cret",
  files: { "tls/ca.crt": { content: "CA" } },
};

test("a node is this workload", () => {
  expect(postgresSpec(args)).toEqual({
    alias: "postgres2",
    host: "alpha",
    image: { stage: "postgres" },
    files: {
      "tls/ca.crt": { content: "CA" },
      "postgresql.conf": { content: postgresqlConf(args.server) },
      "pg_hba.conf": { content: pgHbaConf(args.access) },
      "pg_ident.conf": { content: pgIdentConf(args.identities) },
      "bootstrap.conf": { content: bootstrapConf(args.bootstrap) },
      "secrets/application_password": { content: "s3cret", secret: true },
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: 5432, published: 5433 }],
    limits: { memoryMiB: 2048, cpus: 1.5 },
    stopSeconds: 120,
    health: ["/usr/local/bin/healthy"],
  });
});

test("the password is in its own file alone", () => {
  const { "secrets/application_password": _, ...others } = postgresSpec(args).files;
  expect(JSON.stringify(others)).not.toContain("s3cret");
});
