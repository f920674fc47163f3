/** Synap as services of a Swarm, from fresh hosts to a client's query and back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imagesOf } from "../../commands/support/images.ts";
import { buildImage, type ImageName } from "../../images/build.ts";
import { ask } from "../acceptance/checks/https.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import { synapServer } from "../support/synap-server.ts";
import { until } from "../support/until.ts";
import { type Engine, loginsOf, stackOf } from "./stack.ts";

interface Outputs {
  readonly endpoints: { readonly write: string; readonly read: string };
  readonly credentials: { readonly synap: { readonly user: string; readonly password: string } };
  readonly caCertificate: string;
}

let fleet: Fleet;
let engine: Engine;
let outputs: Outputs;

beforeAll(async () => {
  await synapServer();
  const images: string[] = [];
  for (const name of imagesOf.synap) images.push(await buildImage(name as ImageName));
  fleet = await Fleet.start({ hosts: 3, images });
  const client = `${fleet.operator.address}/32`;
  engine = await stackOf(fleet, "synap.ts", { logins: loginsOf(fleet), client });
});
afterAll(() => fleet?.removeAll());

const up = (...words: string[]) => engine("up", "--yes", "--skip-preview", ...words);
const manager = (...words: string[]) => fleet.host("host1").docker(words);
const request = (end: "read" | "write", path: string, options: object = {}) =>
  ask(`${outputs.endpoints[end]}${path}`, {
    ca: outputs.caCertificate,
    ...outputs.credentials.synap,
    ...options,
  });
const set = async (key: string, value: string) =>
  (await request("write", "/kv/set", { method: "POST", json: { key, value, ttl: 3600 } })).status;
const get = async (key: string) =>
  JSON.parse((await request("read", `/kv/get/${key}`)).text) as unknown;

describe("Synap on a Swarm", () => {
  test(
    "comes up as services with sensible names, and answers a client",
    { timeout: 600_000 },
    async () => {
      await up();
      outputs = JSON.parse(await engine("stack", "output", "--json", "--show-secrets")) as Outputs;
      const services = (
        await manager("service", "ls", "--format", "{{.Name}} {{.Replicas}}")
      ).split("\n");
      expect(services.filter((line) => !line.includes("node-exporter")).sort()).toEqual(
        ["balancer", "prometheus", "synap1", "synap2", "synap3"].map(
          (name) => `orders-${name} 1/1`,
        ),
      );
      expect(await set("a", "1")).toBe(200);
      // Replication takes a moment; until then a replica says that there is no such key.
      await until("a replica has it", async () => (await get("a")) === "1" || undefined);
    },
  );

  test("changes nothing in a second run, and after a refresh", async () => {
    await up("--expect-no-changes");
    await engine("refresh", "--yes", "--skip-preview");
    await up("--expect-no-changes");
  });

  test("takes a change one member after the other, and keeps what was written", async () => {
    await engine("config", "set", "swarm-test:memoryMiB", "80");
    await up();
    expect(await get("a")).toBe("1");
    await up("--expect-no-changes");
  });

  test("does not move a member whose host is lost, and says so", async () => {
    await fleet.host("host3").kill();
    const task = await until("the Swarm tells it", async () => {
      const text = await manager(
        "service",
        "ps",
        "--no-trunc",
        "--filter",
        "desired-state=ready",
        "--format",
        "{{.Node}} {{.CurrentState}} {{.Error}}",
        "orders-synap3",
      );
      return /no suitable node/.test(text) ? text : undefined;
    });
    expect(task).toMatch(/Pending/);
    expect(await set("b", "2")).toBe(200);
    await fleet.host("host3").boot();
    await until(
      "it is back on its host",
      async () => {
        const text = await manager(
          "service",
          "ps",
          "--filter",
          "desired-state=running",
          "--format",
          "{{.Node}} {{.CurrentState}}",
          "orders-synap3",
        );
        return /^host3 Running/.test(text) || undefined;
      },
      { seconds: 180 },
    );
  });

  test("is gone after a destroy", async () => {
    await engine("destroy", "--yes", "--skip-preview");
    for (const host of fleet.hosts) {
      expect(await host.docker(["info", "--format", "{{.Swarm.LocalNodeState}}"])).toBe("inactive");
      expect(await host.docker(["ps", "--all", "--quiet"])).toBe("");
      expect(await host.docker(["volume", "ls", "--quiet", "--filter", "name=orders"])).toBe("");
    }
  });
});
