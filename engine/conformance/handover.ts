/** A stack that one engine has made goes over to the other. */
import { isDeepStrictEqual } from "node:util";
import { rmSync } from "node:fs";
import type { Engine } from "./engines.ts";
import { readEvents, stepsOf } from "./events.ts";
import { argumentsOf } from "./record.ts";
import type { Workspace } from "./workspace.ts";

/** What did not go as it should, in words; nothing when all did. */
export async function handOver(workspace: Workspace, from: Engine, to: Engine): Promise<string[]> {
  const wrong: string[] = [];
  const run = async (engine: Engine, command: string): Promise<string> => {
    rmSync(workspace.eventLog, { force: true });
    const { code, stdout, stderr } = await workspace.run(engine, argumentsOf(workspace, command));
    if (code !== 0) wrong.push(`${engine.name}: ${command} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const refused = async (command: string, ops: (op: string) => boolean): Promise<void> => {
    await run(to, command);
    for (const step of stepsOf(readEvents(workspace.eventLog)))
      if (ops(step.became ?? step.op)) wrong.push(`${to.name}: ${command}: ${step.op} ${step.urn}`);
  };
  const outputs = await run(from, "stack output --json --show-secrets");
  const theirs = await run(to, "stack output --json --show-secrets");
  if (!isDeepStrictEqual(JSON.parse(outputs || "{}"), JSON.parse(theirs || "{}")))
    wrong.push(`outputs differ: ${outputs} and ${theirs}`);

  await refused("preview", (op) => /create|delete|replace|import/.test(op));
  await refused("refresh --yes --skip-preview", (op) => /create|delete|replace/.test(op));
  await refused("preview", (op) => op !== "same" && op !== "read" && op !== "refresh");

  const exported = `${workspace.root}/exported.json`;
  await run(to, `stack export --file ${exported}`);
  const importer = to.name === "cli" ? to : from;
  await run(importer, `stack import --file ${exported}`);
  return wrong;
}
