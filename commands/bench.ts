import { join } from "node:path";
import type { ImageName } from "../images/inputs.ts";
import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { Failure } from "./support/failure.ts";
import { buildMissingImages, imagesOf } from "./support/images.ts";
import { projectDirectory } from "./support/paths.ts";
import { show } from "./support/process.ts";

const help = `Usage: npm run bench [-- failover [kubernetes] | idle [kubernetes]]
       npm run bench:engine
       npm run bench:platforms [-- lost|ready]

Measures start-up, balancer and replication of SynapseDB on real containers of its own. Prints tables. Others:

  failover   how long Synaxic's clients cannot write when a primary is lost or handed over
  idle       what systems cost while nobody uses them
  kubernetes the same on the cluster of the kubeconfig
  engine     the offline engine beside the Pulumi CLI
  platforms  what a preview costs with many hosts, which needs no Docker; with lost, how long clients cannot write
             when a server of a lab is; with ready, from bare servers of a lab to a cluster that answers

Takes some minutes, and is best run while nothing else does.`;

interface Part {
  readonly script: string;
  readonly images: readonly ImageName[];
  /** What else it measures when it is asked for by that word, and the images of that. */
  readonly more?: Readonly<Record<string, readonly ImageName[]>>;
}

const ofDatabases = [...imagesOf.synapsedb, ...imagesOf.synaxic];

const parts: { readonly [part: string]: Part } = {
  system: { script: "test/bench/main.ts", images: imagesOf.synapsedb },
  failover: {
    ...{ script: "test/bench/failover.ts", images: imagesOf.synaxic },
    more: { kubernetes: imagesOf.synaxic },
  },
  idle: {
    ...{ script: "test/bench/idle.ts", images: ofDatabases },
    more: { kubernetes: imagesOf.synaxic },
  },
  platforms: {
    ...{ script: "test/bench/platforms.ts", images: [] },
    more: { lost: ofDatabases, ready: ofDatabases },
  },
  engine: { script: "test/bench/engine/main.ts", images: imagesOf.synapsedb },
};

/** The benchmarks run in a process of their own, so that what this one has loaded does not count. */
export async function bench(args: string[]): Promise<number> {
  const part = args[0] !== undefined && !args[0].startsWith("-") ? args[0] : "system";
  const rest = args[0] === part ? args.slice(1) : args;
  const word = rest[0] !== undefined && !rest[0].startsWith("-") ? rest.shift() : undefined;
  const options = readArguments("bench", rest, { help: { type: "boolean", default: false } });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const wanted = parts[part];
  if (wanted === undefined)
    throw new Failure(`bench: got "${part}"; allowed: ${Object.keys(parts).join(", ")}.`);
  const { script, more = {} } = wanted;
  if (word !== undefined && more[word] === undefined) {
    const allowed = Object.keys(more).join(", ") || "nothing";
    throw new Failure(
      `bench ${part}: got "${word}"; allowed: ${allowed}. See npm run bench -- --help.`,
    );
  }
  const images = word === undefined ? wanted.images : more[word]!;
  if (images.length > 0) await ensureDocker();
  await buildMissingImages(images);
  const words = word === undefined ? [] : [word];
  return show(process.execPath, [join(projectDirectory, script), ...words]);
}
