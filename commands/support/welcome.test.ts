import { expect, test } from "vitest";
import type { Outputs } from "./stack.ts";
import { looksAt, welcome } from "./welcome.ts";

const outputs: Outputs = {
  endpoints: {
    read: "postgresql://localhost:5001/synapsedb",
    write: "postgresql://localhost:5002/synapsedb",
    nodes: ["postgresql://localhost:5432/synapsedb", "postgresql://localhost:5433/synapsedb"],
    managers: ["https://localhost:8080", "https://localhost:8084"],
  },
  credentials: {
    postgres: { user: "orders", password: "hidden-password", database: "synapsedb" },
    managerToken: "hidden-token",
    statistics: { user: "statistics", password: "hidden-statistics" },
  },
  caCertificate: "CERTIFICATE",
};

test("shows every endpoint, each once, under its name", () => {
  const lines = welcome("dev", "synapsedb", outputs).split("\n");
  expect(lines.slice(3, 9)).toEqual([
    "  read      postgresql://localhost:5001/synapsedb",
    "  write     postgresql://localhost:5002/synapsedb",
    "  nodes     postgresql://localhost:5432/synapsedb",
    "            postgresql://localhost:5433/synapsedb",
    "  managers  https://localhost:8080",
    "            https://localhost:8084",
  ]);
});

test("has no secret in it, and the commands that show them, for this stack", () => {
  const text = welcome("try", "synapsedb", outputs);
  expect(text).not.toContain("hidden");
  expect(text).toContain("stack output --stack try credentials --show-secrets");
  expect(text).toContain("stack output --stack try caCertificate > ca.crt");
  expect(text).toContain(
    'psql "host=localhost port=5002 dbname=synapsedb user=orders sslmode=verify-full sslrootcert=ca.crt"',
  );
  expect(text).toContain("curl --cacert ca.crt https://localhost:8080/health");
  expect(text).toContain("npm run status -- --stack try");
});

test("leaves the name of the usual stack out where it is the default", () => {
  expect(welcome("dev", "synapsedb", outputs)).toMatch(/npm run status$/);
});

test("is each system's own", () => {
  const synaxic: Outputs = {
    ...outputs,
    endpoints: {
      ...outputs.endpoints,
      app: "https://localhost:8443",
      redis: "rediss://localhost:6380",
    },
    credentials: {
      ...outputs.credentials,
      redis: { user: "application", password: "hidden" },
      synap: { user: "root", password: "hidden" },
    },
  };
  const text = welcome("try", "synaxic", synaxic);
  expect(text).toContain("Synaxic is ready.");
  expect(text).toContain(
    "redis-cli --tls --cacert ca.crt -h localhost -p 6380 --user application ping",
  );
  expect(text).toContain("curl --cacert ca.crt https://localhost:8443/actuator/health");
  expect(text).not.toContain("hidden");
  expect(welcome("try", "synap", synaxic)).toContain("/kv/get/greeting");
});

test("asks a site by the certificate that browsers see", () => {
  const app = { ...outputs.endpoints, app: "https://shop.example.com", redis: "rediss://a:6380" };
  const given = { ...outputs, endpoints: app };
  const health = "https://shop.example.com/actuator/health";
  expect(welcome("dev", "synaxic", given, [], true)).toContain(`curl ${health}`);
  expect(welcome("dev", "synaxic", given)).toContain(`curl --cacert ca.crt ${health}`);
});

test("on a Swarm says how to see its services, on plain Docker not", () => {
  const host = { name: "alpha", address: "203.0.113.1", ssh: { user: "root", port: 22 } };
  const looks = looksAt({ platform: "swarm", hosts: [host] });
  expect(welcome("dev", "synapsedb", outputs, looks)).toMatch(
    /npm run status\n {2}ssh root@203\.0\.113\.1 docker service ls$/,
  );
  const other = { ...host, ssh: { user: "maintainer", port: 2222 } };
  expect(looksAt({ platform: "swarm", hosts: [other] })).toEqual([
    "ssh -p 2222 maintainer@203.0.113.1 docker service ls",
  ]);
  expect(looksAt({ platform: "docker", hosts: [host] })).toEqual([]);
});
