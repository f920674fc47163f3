/** A provider for tests: its objects are JSON files of a folder, and its inputs say how it should misbehave. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  PartialFailure,
  UNKNOWN,
  type CheckFailure,
  type Diff,
  type PropertyMap,
  type Provider,
} from "../provider.ts";

const TYPE = "memory:index/thing:Thing";
/** value: updates in place. fixed, name: replace. dbr: such replacements delete first. */
const KNOWN = new Set([
  "name",
  "value",
  "fixed",
  "secretValue",
  "dbr",
  "failCreate",
  "failDelete",
  "partial",
  "delayMilliseconds",
]);

export function memoryProvider(directory: string): Provider {
  mkdirSync(directory, { recursive: true });
  const file = (id: string): string => join(directory, `${id}.json`);
  const note = (verb: string, name: unknown): void =>
    appendFileSync(join(directory, "log.txt"), `${verb} ${String(name)}\n`);
  const save = (id: string, inputs: PropertyMap): PropertyMap => {
    const outputs = { ...inputs, id, echo: `echo of ${String(inputs["value"])}` };
    writeFileSync(file(id), JSON.stringify(outputs));
    return outputs;
  };
  return {
    name: "memory",
    types: [TYPE],
    secretOutputs: () => ["secretValue"],
    configure: () => Promise.resolve(),
    check({ news, olds, seed }) {
      const failures: CheckFailure[] = Object.keys(news)
        .filter((key) => !KNOWN.has(key))
        .map((property) => ({ property, reason: "unknown property" }));
      const auto = olds?.["name"] ?? `auto-${Buffer.from(seed).toString("hex").slice(0, 7)}`;
      return Promise.resolve({ inputs: { ...news, name: news["name"] ?? auto }, failures });
    },
    diff({ oldInputs, newInputs }): Promise<Diff> {
      const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(newInputs)])].filter(
        (key) => !["failCreate", "failDelete", "delayMilliseconds", "partial", "dbr"].includes(key),
      );
      const changed = keys.filter(
        (key) => JSON.stringify(oldInputs[key]) !== JSON.stringify(newInputs[key]),
      );
      return Promise.resolve({
        changed,
        replaced: changed.filter((key) => key === "fixed" || key === "name"),
        deleteBeforeReplace: newInputs["dbr"] === true,
      });
    },
    async create({ inputs, preview, signal }) {
      if (preview) return { id: "", outputs: { ...inputs, echo: UNKNOWN } };
      const id = String(inputs["name"]);
      note("create", id);
      if (existsSync(file(id))) throw new Error(`${id} exists already`);
      if (inputs["failCreate"] === true) throw new Error("it was told to fail");
      const outputs = save(id, inputs);
      await sleep(Number(inputs["delayMilliseconds"] ?? 0), undefined, { signal });
      if (inputs["partial"] === true) throw new PartialFailure("half of it worked", id, outputs);
      return { id, outputs };
    },
    read({ id }) {
      if (!existsSync(file(id))) return Promise.resolve(undefined);
      const outputs = JSON.parse(readFileSync(file(id), "utf8")) as PropertyMap;
      const { echo: _, id: __, ...inputs } = outputs;
      return Promise.resolve({ id, inputs, outputs });
    },
    async update({ id, newInputs, preview }) {
      if (preview) return { outputs: { ...newInputs, echo: UNKNOWN } };
      note("update", id);
      await sleep(Number(newInputs["delayMilliseconds"] ?? 0));
      return { outputs: save(id, newInputs) };
    },
    delete({ id, inputs }) {
      note("delete", id);
      if (inputs["failDelete"] === true) throw new Error("it was told to fail");
      rmSync(file(id), { force: true });
      return Promise.resolve();
    },
    isGoing: (outputs) => outputs["going"] === true,
    discard({ inputs }) {
      const id = String(inputs["name"]);
      if (!existsSync(file(id))) return Promise.resolve(undefined);
      note("discard", id);
      rmSync(file(id));
      return Promise.resolve(`memory object ${id}`);
    },
    invoke(token) {
      throw new Error(`memory: unknown function ${token}`);
    },
  };
}

export const objectsIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();

export function logOf(directory: string): string[] {
  const path = join(directory, "log.txt");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}
