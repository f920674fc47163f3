/** What the CLI gave for a case, kept as a file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseRecord } from "./record.ts";

const pathOf = (name: string): string => join(import.meta.dirname, "golden", `${name}.json`);

export function readGolden(name: string): CaseRecord {
  const path = pathOf(name);
  if (!existsSync(path))
    throw new Error(
      `there is no ${path}: record it where the Pulumi CLI is, by npm run conformance -- record ${name}`,
    );
  return JSON.parse(readFileSync(path, "utf8")) as CaseRecord;
}

export function writeGolden(name: string, record: CaseRecord): void {
  const { versions, runs } = record;
  writeFileSync(pathOf(name), `${JSON.stringify({ versions, runs }, undefined, 1)}\n`);
}
