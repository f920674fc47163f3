/** forget-host: what was on a host that is gone for good leaves the stack's state, so that `up` makes it anew on another machine. */
import { ensureDocker } from "../support/docker.ts";
import { Failure } from "../support/failure.ts";
import { dockerAt } from "../support/fleet.ts";
import {
  dataOf,
  hostsIn,
  platformIn,
  withoutHost,
  type Reached,
  type State,
} from "../support/lost-host.ts";
import { nodeIn, takeOut, verdictOn, type LostNode, type Verdict } from "../support/lost-node.ts";
import { Stack } from "../support/stack.ts";
import { commonHelp, readOperation } from "./arguments.ts";

const WORD = "accept-data-loss";

const help = `Usage: npm run synfleet -- forget-host HOST --${WORD} [--stack NAME] [--dry-run]

For a host that is gone for good: takes what was on it out of the stack's state. Nothing is removed anywhere,
but on a Swarm the node and the services that were pinned to it, by the managers that are left. The next up makes it all
anew: on another machine whose address stands at that host in synfleet:hosts by then. Members there begin empty and
copy from the others.

A host that answers and still has containers of this stack is refused. Make sure that the lost machine does not start
again with what is on it: its members would meet those that took their place.

  --${WORD}  give up the volumes that were on it
${commonHelp}`;

export async function forgetHost(args: string[]): Promise<number> {
  const read = readOperation("forget-host", args, {
    help,
    options: { [WORD]: { type: "boolean", default: false } } as const,
    member: "needed",
    what: "host",
  });
  if (!read) return 0;
  const { options } = read;
  const host = read.member!;
  await ensureDocker();
  const stack = await Stack.open(options.stack);
  const document = await stack.state();
  const { kind, reached, prefix } = knownHost(document.deployment, host, stack.name);
  await refuseWhatAnswers(host, reached, prefix);
  const { state, forgotten } = withoutHost(document.deployment, host);
  const node = kind === "Swarm" ? nodeIn(document.deployment, host, forgotten) : undefined;
  const verdict = node && (await verdictOn(node, dockerAt));
  const data = dataOf(forgotten);
  const volumes = data.length === 0 ? "no volume with data" : `the volumes ${data.join(", ")}`;
  const what = `${forgotten.length} resources that were on ${host}, among them ${volumes}`;
  if (options["dry-run"]) {
    console.log(`would forget ${what}${node ? `; ${outOf(node, verdict)}` : ""}`);
    return 0;
  }
  if (!options[WORD]) {
    throw new Failure(
      `forget-host: would forget ${what}; allowed with --${WORD} alone. If the machine can be brought back with its disk, bring it back instead: nothing needs to be run then.`,
    );
  }
  // First: what the Swarm still had would be in the way of what the next up makes under its names.
  if (node && verdict) await takeOut(node, verdict, dockerAt);
  await stack.setState({ ...document, deployment: state });
  console.log(`forgot ${what}`);
  console.log(`Never let the old machine start again with what is on it. Next, either
  - give ${host} the address of another machine in synfleet:hosts, or reinstall that one, and run: npm run up -- --stack ${stack.name}
  - or take ${host} out of synfleet:hosts, with what docs/hosts.md says of members that go, and run the same`);
  return 0;
}

/** How the stack reached the host, and what its objects there are labelled with. */
function knownHost(state: State, host: string, stack: string) {
  const platform = platformIn(state);
  if (platform?.kind === "Kubernetes") {
    throw new Failure(
      `forget-host: stack ${stack} is on Kubernetes, which remembers its machines itself; allowed: stacks on hosts. See docs/hosts.md.`,
    );
  }
  const hosts = hostsIn(state);
  const reached = hosts.get(host);
  if (!platform || !reached) {
    const names = [...hosts.keys()].sort().join(", ") || "none, since it is not up";
    throw new Failure(
      `forget-host: got ${host}; allowed: a host that stack ${stack} is on: ${names}.`,
    );
  }
  return { ...platform, reached };
}

/** What a dry run says of the Swarm. */
const outOf = ({ id, services }: LostNode, verdict: Verdict | undefined) =>
  `and take out of the Swarm ${verdict?.role ? `its ${verdict.role} ${id}` : "no node, which is out already"}, with the services ${services.join(", ") || "none"}`;

/** What is still there is removed by taking the host out of the list, and not forgotten. */
async function refuseWhatAnswers(host: string, reached: Reached, prefix: string) {
  const words = ["ps", "--all", "--quiet", "--filter", `label=org.synfleet.fleet=${prefix}`];
  const { code, stdout } = await dockerAt(reached, words);
  const there = stdout.split("\n").filter(Boolean).length;
  if (code !== 0 || there === 0) return;
  throw new Failure(
    `forget-host: ${host} answers and has ${there} containers of this stack; allowed: a host that is gone, or has none. To go without it, take it out of synfleet:hosts and run up, which removes what is there.`,
  );
}
