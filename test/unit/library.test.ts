import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../support/deploy.ts";

/** Runs a whole program as its user would, by the package's own name, under mocks. */
async function runs<T>(load: () => Promise<T>) {
  let program: T | undefined;
  const resources = await deploy(
    async () => {
      program = await load();
    },
    { outputs: providerOutputs },
  );
  return { program: program!, resources };
}

const containers = (resources: Awaited<ReturnType<typeof runs>>["resources"]) =>
  listed(resources.filter(({ type }) => type.endsWith(":Container"))).map(
    (line) => line.split(" ")[1],
  );

test("docs/examples/library deploys SynapseDB under its own names and ports", async () => {
  const { program, resources } = await runs(() => import("../../docs/examples/library/index.ts"));
  expect(containers(resources)).toEqual([
    "balancer",
    ...["etcd1", "etcd2", "etcd3"],
    "init",
    ...["manager1", "manager2", "manager3"],
    "node-exporter-local",
    ...["postgres-exporter1", "postgres-exporter2", "postgres-exporter3"],
    ...["postgres1", "postgres2", "postgres3"],
    "prometheus",
  ]);
  const node = resources.find(
    ({ type, name }) => type.endsWith(":Container") && name === "postgres2",
  );
  expect(node!.inputs).toMatchObject({ name: "orders-postgres2", ports: [{ external: 6433 }] });
  const url = await new Promise((resolve) => program.databaseUrl.apply(resolve));
  expect(url).toBe("postgresql://localhost:6002/orders");
  expect(await pulumi.isSecret(program.credentials)).toBe(true);
});

test("docs/examples/components deploys etcd alone, with a client's certificate", async () => {
  const { program, resources } = await runs(
    () => import("../../docs/examples/components/index.ts"),
  );
  expect(containers(resources)).toEqual(["etcd1", "etcd2", "etcd3"]);
  expect(program.endpoints[0]).toBe("https://etcd1:2379");
  expect(await pulumi.isSecret(program.clientKey)).toBe(true);
  expect(await pulumi.isSecret(program.schedulerPassword)).toBe(true);
  expect(await pulumi.isSecret(program.caCertificate)).toBe(false);
});

test("docs/examples/streaming deploys one writer with two replicas behind a balancer", async () => {
  const { program, resources } = await runs(() => import("../../docs/examples/streaming/index.ts"));
  expect(containers(resources)).toEqual([
    ...["alpha", "balancer", "beta", "etcd1", "etcd2", "etcd3", "gamma"],
    "ledger-fence-local",
  ]);
  const url = await new Promise((resolve) => program.writeUrl.apply(resolve));
  expect(url).toBe("postgresql://localhost:7002/ledger");
  expect(await pulumi.isSecret(program.password)).toBe(true);
});

test("docs/examples/several deploys four systems whose names are nowhere the same", async () => {
  const { resources } = await runs(() => import("../../docs/examples/several/index.ts"));
  const urns = resources.map(({ urn }) => urn);
  expect(urns.filter((urn, index) => urns.indexOf(urn) !== index)).toEqual([]);
  const made = (type: string) => resources.filter((one) => one.type.endsWith(`:${type}`));
  for (const type of ["Container", "Volume", "Network"]) {
    const names = made(type).map(({ inputs }) => inputs["name"] as string);
    expect([type, new Set(names).size]).toEqual([type, names.length]);
  }
  const count = (prefix: string) =>
    made("Container").filter(({ inputs }) => inputs["name"].startsWith(`shop-${prefix}-`)).length;
  expect(["orders", "web", "cache", "sessions"].map(count)).toEqual([16, 17, 5, 5]);
});
