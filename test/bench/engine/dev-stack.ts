import { offline, type Engine } from "../../../engine/conformance/engines.ts";
import { Deployment } from "../../support/deployment.ts";
import { timed } from "../figures.ts";

interface Pairs {
  readonly what: string;
  /** Seconds of each round. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly goal: string;
}

const ROUNDS = 7;

/** The SynapseDB dev stack as it stands: `up` and `preview` that find nothing to do, on each engine in turn. */
export async function devStack(cli: Engine): Promise<Pairs[]> {
  const deployment = await Deployment.create();
  try {
    await deployment.up();
    return [
      {
        what: "up of the SynapseDB dev stack without a change",
        ...(await pairs(cli, (engine) => deployment.on(engine).up("--expect-no-changes"))),
        goal: "at most 0.6",
      },
      {
        what: "preview of it",
        ...(await pairs(cli, (engine) =>
          deployment.on(engine).mustRun("preview", "--stack", deployment.stack),
        )),
        goal: "",
      },
    ];
  } finally {
    await deployment.on(offline).remove();
  }
}

async function pairs(cli: Engine, act: (engine: Engine) => Promise<string>) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const mine = await timed(() => act(offline));
    const other = await timed(() => act(cli));
    // The first round only warms the caches.
    if (round > 0) {
      ours.push(mine.seconds);
      theirs.push(other.seconds);
    }
  }
  return { ours, theirs };
}
