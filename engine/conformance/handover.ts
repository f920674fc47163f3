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
  const steps = async (engine: Engine, command: string): Promise<string[]> => {
    await run(engine, command);
    return stepsOf(readEvents(workspace.eventLog))
      .map(({ op, became = op, urn }) => ({ op: became, urn }))
      .filter(({ op }) => !["same", "read", "refresh"].includes(op))
      .map(({ op, urn }) => `${op} ${urn}`)
      .sort();
  };
  // Nothing, unless the program is ahead of the state, as after a run of some targets only.
  const planned = await steps(from, "preview");
  const expectPlan = async (command: string, ops: RegExp): Promise<void> => {
    const [wanted, got] = [planned, await steps(to, command)].map((list) =>
      list.filter((step) => ops.test(step)),
    );
    if (!isDeepStrictEqual(wanted, got))
      wrong.push(`${to.name}: ${command}: ${got!.join(", ")}; ${from.name}: ${wanted!.join(", ")}`);
  };
  const outputs = await run(from, "stack output --json --show-secrets");
  const theirs = await run(to, "stack output --json --show-secrets");
  if (!isDeepStrictEqual(JSON.parse(outputs || "{}"), JSON.parse(theirs || "{}")))
    wrong.push(`outputs differ: ${outputs} and ${theirs}`);

  await expectPlan("preview", /^\S*(create|delete|replace|import)/);
  for (const step of await steps(to, "refresh --yes --skip-preview"))
    if (/^\S*(create|delete|replace)/.test(step)) wrong.push(`${to.name}: refresh: ${step}`);
  await expectPlan("preview", /./);

  const exported = `${workspace.root}/exported.json`;
  await run(to, `stack export --file ${exported}`);
  const importer = to.name === "cli" ? to : from;
  await run(importer, `stack import --file ${exported}`);
  return wrong;
}
