import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { Failure } from "./support/failure.ts";
import { runFleet, startKubernetes, stopKubernetes } from "./support/lab.ts";

const help = `Usage: npm run lab -- kubernetes [--down | --wipe]
       npm run lab -- fleet HOSTS [--fresh] [--image NAME:TAG…]
       npm run lab -- fleet down | forget

kubernetes starts the cluster that the suite "kubernetes" runs on: a real one-node Kubernetes on this machine, built when it is missing
(about ten minutes, once), and prints its kubeconfig. --down stops it, --wipe also forgets what was in it. Needs root and Go.

fleet starts so many servers as containers, each with systemd, SSH, a disk and a Docker Engine of its own (--fresh: without), and prints
how to log in. --image puts an image of this machine on all of them. down removes every fleet that was started this way, with all that is
on its hosts; forget removes the copies of images that fleets start with. Needs Docker, and root's right to use loop devices.`;

/** The tests' machines by hand. */
export async function lab(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (args.includes("--help")) {
    console.log(help);
    return 0;
  }
  switch (name) {
    case "kubernetes":
      return kubernetes(rest);
    case "fleet":
      await ensureDocker();
      return runFleet(rest);
    default:
      throw new Failure(
        `lab: got "${name}"; allowed: kubernetes, fleet. See npm run lab -- --help.`,
      );
  }
}

async function kubernetes(args: string[]): Promise<number> {
  const options = readArguments("lab", args, {
    down: { type: "boolean", default: false },
    wipe: { type: "boolean", default: false },
  });
  if (options.down || options.wipe) await stopKubernetes(options.wipe === true);
  else console.log(`KUBECONFIG=${await startKubernetes()}`);
  return 0;
}
