import { readArguments } from "./support/arguments.ts";
import { Failure } from "./support/failure.ts";
import { startKubernetes, stopKubernetes } from "./support/lab.ts";

const help = `Usage: npm run lab -- kubernetes [--down | --wipe]

Starts the cluster that the suite "kubernetes" runs on: a real one-node Kubernetes on this machine, built when it is missing
(about ten minutes, once), and prints its kubeconfig. --down stops it, --wipe also forgets what was in it. Needs root and Go.`;

/** The tests' cluster by hand. */
export async function lab(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  const isHelp = args.includes("--help");
  if (name !== "kubernetes" && !isHelp)
    throw new Failure(`lab: got "${name ?? ""}"; allowed: kubernetes. See npm run lab -- --help.`);
  const options = readArguments("lab", isHelp ? ["--help"] : rest, {
    help: { type: "boolean", default: false },
    down: { type: "boolean", default: false },
    wipe: { type: "boolean", default: false },
  });
  if (options.help) console.log(help);
  else if (options.down || options.wipe) await stopKubernetes(options.wipe === true);
  else console.log(`KUBECONFIG=${await startKubernetes()}`);
  return 0;
}
