import { chooseEngine } from "./support/engine.ts";
import { withPassphrase } from "./support/passphrase.ts";
import { show } from "./support/process.ts";

/** Hands the arguments to the engine as they are. The choice goes to stderr, so that `--json` stays clean. */
export async function pulumi(args: string[]): Promise<number> {
  const engine = await chooseEngine();
  console.error(`synfleet: engine ${engine.kind} (${engine.reason})`);
  return show(engine.program, [...engine.leadingArgs, ...args], {
    env: await withPassphrase(process.env),
  });
}
