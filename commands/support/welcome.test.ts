import { expect, test } from "vitest";
import type { Outputs } from "./stack.ts";
import { welcome } from "./welcome.ts";

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
  const lines = welcome("dev", outputs).split("\n");
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
  const text = welcome("try", outputs);
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
  expect(welcome("dev", outputs)).toMatch(/npm run status$/);
});
