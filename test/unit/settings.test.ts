import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { projectDirectory } from "../../commands/support/paths.ts";
import { parseSettings } from "../../settings/read.ts";
import { systemNames, systems, type SystemName } from "../../settings/schema.ts";

/** The parts of a JSON schema that are looked at here. */
interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const schemaOf = (system: SystemName) =>
  z.toJSONSchema(systems[system].schema, { io: "input" }) as Schema;
const read = (file: string) => readFile(join(projectDirectory, file), "utf8");

/** Every key as docs/settings.md writes it: `name`, `postgres.cpus`, `members[].number`. */
function keysOf({ properties = {} }: Schema, path = ""): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const key = `${path}${name}`;
    if (value.type === "object" && value.properties) return keysOf(value, `${key}.`);
    return value.items?.properties ? keysOf(value.items, `${key}[].`) : [key];
  });
}

/** The keys in the tables of a document's part. */
function keysNamed(text: string): string[] {
  const rows = text.split("\n").filter((line) => /^\| `/.test(line));
  return rows.flatMap((row) =>
    [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, key]) => key!),
  );
}

describe("docs/settings.md", () => {
  const parts = async () => {
    const [, ...sections] = (await read("docs/settings.md")).split(/^## /m);
    return new Map(sections.map((text) => [text.split("\n")[0]!, keysNamed(text)]));
  };
  const titles = { synapsedb: "SynapseDB", synaxic: "Synaxic", synap: "Synap" };

  test.each(systemNames)(
    "names every setting of %s, and none that is not there",
    async (system) => {
      const named = await parts();
      const keys = [...named.get("Every system")!, ...named.get(titles[system])!];
      expect(keys.toSorted()).toEqual(keysOf(schemaOf(system)).toSorted());
    },
  );
});

describe("Pulumi.yaml", () => {
  interface Declared {
    readonly type: string;
    readonly description: string;
    readonly default: unknown;
  }
  const declared = async () =>
    Object.entries(
      (parse(await read("Pulumi.yaml")) as { config: Record<string, Declared> }).config,
    );

  test("declares settings that there are, with the schema's types and defaults", async () => {
    for (const [key, { type, description, default: value }] of await declared()) {
      const setting = schemaOf("synapsedb").properties![key.replace("synfleet:", "")];
      expect([key, setting?.type, setting?.default]).toEqual([key, type, value]);
      expect([key, description.length > 10]).toEqual([key, true]);
    }
  });

  // An engine gives a plugin the settings of its own name, and the Pulumi CLI takes `name` among them for another plugin's.
  test("declares no plugin that is called as the settings are", async () => {
    const { plugins } = parse(await read("Pulumi.yaml")) as {
      plugins: { providers: { name: string }[] };
    };
    expect(plugins.providers.map(({ name }) => name)).toEqual(["synfleet-hosts"]);
    for (const [key] of await declared()) expect(key).not.toMatch(/^synfleet-hosts:/);
  });

  test("declares no default that differs between the systems", async () => {
    for (const [key, { default: value }] of await declared()) {
      if (key === "synfleet:system") continue;
      const defaults = systemNames.map(
        (system) => schemaOf(system).properties![key.replace("synfleet:", "")]?.default,
      );
      expect([key, defaults]).toEqual([key, systemNames.map(() => value)]);
    }
  });

  // Pulumi can type words, numbers, booleans and lists of them; objects are the schema's alone.
  test("declares each setting that Pulumi can type and that has a default", async () => {
    const simple = Object.entries(schemaOf("synapsedb").properties!)
      .filter(([, { type, items, default: value }]) =>
        type === "array" ? !items?.properties : type !== "object" && value !== undefined,
      )
      .map(([name]) => `synfleet:${name}`)
      // Left undeclared, so that `npm run up` can tell "never decided" from "no".
      .filter((key) => key !== "synfleet:grafana");
    expect((await declared()).map(([key]) => key).toSorted()).toEqual(simple.toSorted());
  });
});

test.each([
  ["dev", "synapsedb"],
  ["prod", "synapsedb"],
  ["synaxic", "synaxic"],
  ["synap", "synap"],
])("the settings of Pulumi.%s.yaml are good, and of %s", async (stack, system) => {
  const { config } = parse(await read(`Pulumi.${stack}.yaml`)) as {
    config: Record<string, unknown>;
  };
  const given = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("synfleet:", ""), value]),
  );
  expect(parseSettings(given).system).toBe(system);
});
