import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { projectDirectory } from "../../commands/support/paths.ts";
import { parseSettings } from "../../settings/read.ts";
import { settingsSchema } from "../../settings/schema.ts";

/** The parts of a JSON schema that are looked at here. */
interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const schema = z.toJSONSchema(settingsSchema, { io: "input" }) as Schema;
const read = (file: string) => readFile(join(projectDirectory, file), "utf8");

/** Every key as docs/settings.md writes it: `name`, `postgres.cpus`, `members[].number`. */
function keysOf({ properties = {} }: Schema, path = ""): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const key = `${path}${name}`;
    if (value.type === "object" && value.properties) return keysOf(value, `${key}.`);
    return value.items?.properties ? keysOf(value.items, `${key}[].`) : [key];
  });
}

test("docs/settings.md names every setting, and none that is not there", async () => {
  const rows = (await read("docs/settings.md")).split("\n").filter((line) => /^\| `/.test(line));
  const named = rows.flatMap((row) =>
    [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, key]) => key!),
  );
  expect(named.toSorted()).toEqual(keysOf(schema).toSorted());
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
      const setting = schema.properties![key.replace("synfleet:", "")];
      expect([key, setting?.type, setting?.default]).toEqual([key, type, value]);
      expect([key, description.length > 10]).toEqual([key, true]);
    }
  });

  // Pulumi can type words, numbers, booleans and lists of them; objects are the schema's alone.
  test("declares each setting that Pulumi can type and that has a default", async () => {
    const simple = Object.entries(schema.properties!)
      .filter(([, { type, items, default: value }]) =>
        type === "array" ? !items?.properties : type !== "object" && value !== undefined,
      )
      .map(([name]) => `synfleet:${name}`)
      // Left undeclared, so that `npm run up` can tell "never decided" from "no".
      .filter((key) => key !== "synfleet:grafana");
    expect((await declared()).map(([key]) => key).toSorted()).toEqual(simple.toSorted());
  });
});

test.each(["dev", "prod"])("the settings of Pulumi.%s.yaml are good", async (stack) => {
  const { config } = parse(await read(`Pulumi.${stack}.yaml`)) as {
    config: Record<string, unknown>;
  };
  const given = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("synfleet:", ""), value]),
  );
  expect(parseSettings(given).system).toBe("synapsedb");
});
