/** Which members a stack has after one was added or removed. Pure. */
import { namespaceOf } from "../../components/platform/kubernetes/access.ts";
import type { Settings } from "../../settings/settings.ts";
import { claimsOf } from "../../systems/placement.ts";
import { Failure } from "./failure.ts";

/** A member as the settings have it: a name, and what else was written beside it. */
export interface Member {
  readonly name: string;
  readonly host?: string | undefined;
}

export function withMember(
  members: readonly Member[],
  name: string,
  host?: string,
): readonly Member[] {
  if (members.some((member) => member.name === name)) {
    throw new Failure(
      `add-replica: got ${name}, which is a member already; allowed: another name. The members are ${listed(members)}.`,
    );
  }
  return [...members, { name, ...(host && { host }) }];
}

export function withoutMember(
  members: readonly Member[],
  name: string,
  { leads, fewest }: { readonly leads: readonly string[]; readonly fewest: number },
): readonly Member[] {
  if (!members.some((member) => member.name === name)) {
    throw new Failure(`remove-replica: got ${name}; allowed: ${listed(members)}.`);
  }
  if (leads.length > 0) {
    throw new Failure(
      `remove-replica: got ${name}, which leads ${leads.join(" and ")}; allowed: a replica. Hand over first: npm run synfleet -- switchover NAME`,
    );
  }
  if (members.length <= fewest) {
    throw new Failure(
      `remove-replica: got ${name}, one of ${members.length} members; allowed: at least ${fewest} stay. Add another first: npm run synfleet -- add-replica NAME`,
    );
  }
  return members.filter((member) => member.name !== name);
}

/** What is told of the volumes that a member leaves behind; undefined where they went with it. */
export function leftBy(
  { system, platform, name, kubernetes }: Settings,
  member: string,
): string | undefined {
  const { context, keepVolumes } = kubernetes;
  if (platform !== "kubernetes" || !keepVolumes) return undefined;
  const claims = claimsOf({ system }, member).join(" ");
  const namespace = namespaceOf({ prefix: name, namespace: kubernetes.namespace });
  return (
    `${member} is no member any more; its volumes stay, and a member of that name would begin with what is in them. ` +
    `To remove them: kubectl --context ${context} --namespace ${namespace} delete persistentvolumeclaim ${claims}`
  );
}

const listed = (members: readonly Member[]) => members.map(({ name }) => name).join(", ");
