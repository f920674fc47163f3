/** forget-namespace: what was in a Kubernetes namespace that is gone leaves the stack's state, so that `up` makes it anew. */
import { namespaceOf } from "../../components/platform/kubernetes/access.ts";
import { asking, ownItemsOf, Unanswered } from "../../components/platform/kubernetes/kubectl.ts";
import { present, type Claim } from "../../components/platform/kubernetes/storage.ts";
import type { Settings } from "../../settings/settings.ts";
import { Failure } from "../support/failure.ts";
import { settingsOf } from "../support/fleet.ts";
import { withoutNamespace } from "../support/lost-namespace.ts";
import { Stack } from "../support/stack.ts";
import { commonHelp, readOperation } from "./arguments.ts";

const WORD = "accept-data-loss";

const help = `Usage: npm run synfleet -- forget-namespace --${WORD} [--stack NAME] [--dry-run]

For a Kubernetes namespace that was deleted with all in it: takes what was in it out of the stack's state. Nothing is
removed anywhere. The next up makes it all anew, with the passwords and certificates that it had: empty, but for volumes
that their class kept and that are there for it again. docs/kubernetes.md says how, under What can be lost.

A namespace in which something of the stack runs is refused, and a cluster that does not answer.

  --${WORD}  give up the volumes that were in it
${commonHelp}`;

export async function forgetNamespace(args: string[]): Promise<number> {
  const read = readOperation("forget-namespace", args, {
    help,
    options: { [WORD]: { type: "boolean", default: false } } as const,
    member: "none",
  });
  if (!read) return 0;
  const { options } = read;
  const settings = await settingsOf(options.stack);
  if (settings.platform !== "kubernetes")
    throw new Failure(
      `forget-namespace: stack ${options.stack} is on ${settings.platform}; allowed: stacks on Kubernetes. For a host that is lost, see npm run synfleet -- forget-host --help.`,
    );
  const namespace = namespaceOf({ prefix: settings.name, ...settings.kubernetes });
  const volumes = await volumesWithoutUsers(settings, namespace);
  const stack = await Stack.open(options.stack);
  const document = await stack.state();
  const { state, forgotten } = withoutNamespace(document.deployment, namespace);
  const kept = volumes.length === 0 ? "none" : `only ${volumes.join(", ")}`;
  const what = `${forgotten.length} resources of namespace ${namespace}, of whose volumes the cluster has ${kept}`;
  if (options["dry-run"]) {
    console.log(`would forget ${what}`);
    return 0;
  }
  if (!options[WORD])
    throw new Failure(
      `forget-namespace: would forget ${what}; allowed with --${WORD} alone. Where their class keeps volumes (kubectl get persistentvolumes), bring them back first: docs/kubernetes.md, What can be lost.`,
    );
  await stack.setState({ ...document, deployment: state });
  console.log(`forgot ${what}`);
  console.log(`Next: npm run up -- --stack ${stack.name}`);
  return 0;
}

/** Names of the volumes that are there. A cluster that does not answer, or runs something of the stack, has not lost it. */
async function volumesWithoutUsers({ name, kubernetes }: Settings, namespace: string) {
  const { context } = kubernetes;
  const ask = asking(context!);
  const list = async <T>(kinds: string) => {
    const items = await ownItemsOf<T>(ask, kinds, { prefix: name, namespace }).catch(unanswered);
    if (items) return items;
    throw new Failure(
      `forget-namespace: context ${context} does not tell whether anything is in namespace ${namespace}; allowed: a cluster that answers. Try kubectl --context ${context} get ${kinds} --namespace ${namespace}`,
    );
  };
  const running = await list("statefulsets,deployments,pods");
  if (running.length > 0)
    throw new Failure(
      `forget-namespace: namespace ${namespace} has ${running.length} workloads and pods of this stack; allowed: one that is gone, or has none. To remove what is there, run npm run down.`,
    );
  return present(await list<Claim>("persistentvolumeclaims"));
}

function unanswered(reason: unknown): undefined {
  if (!(reason instanceof Unanswered)) throw reason;
}
