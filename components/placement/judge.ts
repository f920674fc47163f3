/** Whether a change of what is where loses data. Pure: the plugin asks it in a preview, before anything is changed. */

/** On which host each part is that has a volume of its own, by name. */
type Places = Readonly<Record<string, string>>;

export interface PlacementInputs {
  /** Members, each of which has all data, or a copy of it. */
  readonly members: Places;
  /** Members of etcd, which know each other and no one else. */
  readonly etcd: Places;
  /** Those of etcd that come into a cluster which is there. */
  readonly joining?: readonly string[];
  /** Who replaces a dead Redis primary, where there are such. */
  readonly sentinels?: Places;
  /** Where clients get in, where there are several hosts. They have no data, but each has its host's ports. */
  readonly balancers?: Places;
  /** The member whose copy is ahead of the others', where settings decide that. */
  readonly master?: string;
  /** What runs the parts, where it is not Docker alone: it has the volumes, and no other takes them over. */
  readonly swarm?: { readonly encrypted: boolean };
  readonly kubernetes?: { readonly namespace: string };
  /** Members whose data the cluster does not have just now. Told to the judge, and not recorded. */
  readonly gone?: readonly string[];
  /** Names whose change is meant, whatever it loses. */
  readonly accepted: readonly string[];
}

export interface Refusal {
  /** Setting that it is about, below `synfleet:`. */
  readonly key: string;
  readonly got: string;
  readonly allowed: string;
  readonly next: string;
}

export function refusalsOf(olds: PlacementInputs, news: PlacementInputs): Refusal[] {
  if (platformOf(olds) !== platformOf(news)) return ofPlatform(olds, news);
  return [
    ...ofNetwork(olds, news),
    ...ofNamespace(olds, news),
    ...ofVolumes(olds, news),
    ...ofMembers(olds, news),
    ...ofMaster(olds, news),
    ...ofEtcd(olds, news),
    ...ofSentinels(olds, news),
    ...ofBalancers(olds, news),
  ];
}

const at = (name: string, host: string) => `${name} on ${host}`;
const listed = (places: Places) =>
  Object.entries(places)
    .map(([name, host]) => at(name, host))
    .join(", ") || "none";
const accept = (names: readonly string[]) =>
  `synfleet:acceptPlacement: [${names.join(", ")}] permits it for this once`;

const platformOf = ({ swarm, kubernetes }: PlacementInputs) =>
  kubernetes ? "kubernetes" : swarm ? "swarm" : "docker";

/** Volumes would be made anew by the other platform, and the old ones removed with what is in them. */
function ofPlatform(olds: PlacementInputs, news: PlacementInputs): Refusal[] {
  return [
    {
      key: "platform",
      got: platformOf(news),
      allowed: `${platformOf(olds)}, which has the data`,
      next: `Set synfleet:platform to ${platformOf(olds)}. For the other, bring up a second stack with another synfleet:name, copy the data into it, and remove this one.`,
    },
  ];
}

/** Volumes are in the namespace that they were made in. */
function ofNamespace(olds: PlacementInputs, news: PlacementInputs): Refusal[] {
  const [before, after] = [olds, news].map(({ kubernetes }) => kubernetes?.namespace);
  if (before === undefined || after === undefined || before === after) return [];
  return [
    {
      key: "kubernetes.namespace",
      got: after,
      allowed: `${before}, which has the data`,
      next: `Set it to ${before}. For the other, bring up a second stack with another synfleet:name, copy the data into it, and remove this one.`,
    },
  ];
}

/** They would be made anew, and whoever lost them by accident would take those that are empty for the data. */
function ofVolumes(
  { members: olds }: PlacementInputs,
  { members, kubernetes, gone = [], accepted }: PlacementInputs,
): Refusal[] {
  const kept = Object.keys(olds).filter((name) => members[name] !== undefined);
  const lost = kept.filter((name) => gone.includes(name));
  const unmeant = lost.filter((name) => !accepted.includes(name));
  const refusal = (names: readonly string[], next: string): Refusal[] => [
    {
      key: "members",
      got: `${names.join(", ")}, whose data is no longer in namespace ${kubernetes?.namespace}`,
      allowed: "members whose volumes are there",
      next,
    },
  ];
  if (lost.length > 0 && lost.length === kept.length)
    return refusal(
      lost,
      "Every copy of the data went with them, unless the context is of another cluster now. docs/kubernetes.md says under What can be lost how volumes are brought back " +
        "that their class kept. To give the data up and begin empty: npm run synfleet -- forget-namespace --help.",
    );
  if (unmeant.length === 0) return [];
  return refusal(
    unmeant,
    `The others have the data. To have it begin empty and copy from them, refresh the stack, so that it knows of the loss; then ${accept(unmeant)}.`,
  );
}

/** A network that is in use cannot be changed, and members on two networks would not reach each other. */
function ofNetwork({ swarm: olds }: PlacementInputs, { swarm: news }: PlacementInputs): Refusal[] {
  if (!olds || !news || olds.encrypted === news.encrypted) return [];
  return [
    {
      key: "swarm.encrypted",
      got: String(news.encrypted),
      allowed: `${olds.encrypted}, as its network was made`,
      next: `Set it to ${olds.encrypted}. For the other, bring up a second stack with another synfleet:name, copy the data into it, and remove this one.`,
    },
  ];
}

function ofMembers({ members: olds }: PlacementInputs, news: PlacementInputs): Refusal[] {
  const { members, accepted } = news;
  const stays = (name: string) => members[name] === olds[name];
  const unmeant = Object.keys(olds).filter((name) => !stays(name) && !accepted.includes(name));
  if (unmeant.length > 0 && !Object.keys(olds).some(stays)) {
    return [
      {
        key: "members",
        got: listed(members),
        allowed: `at least one that stays where its data is: ${listed(olds)}`,
        next: `All copies of the data would go. Keep one, let the new ones copy from it, and take it out then; if the data may be lost, ${accept(unmeant)}.`,
      },
    ];
  }
  return unmeant
    .filter((name) => members[name] !== undefined)
    .map((name) => ({
      key: "members",
      got: at(name, members[name]!),
      allowed: at(name, olds[name]!),
      next: `Its data is there, and no data moves with it: write members out, each with its host. To have it begin empty on ${members[name]!}, ${accept([name])}.`,
    }));
}

/** The other members follow it, and what they have not got yet would go with it. */
function ofMaster({ members, master }: PlacementInputs, news: PlacementInputs): Refusal[] {
  if (master === undefined || news.accepted.includes(master)) return [];
  if (news.members[master] !== undefined || members[master] === undefined) return [];
  return [
    {
      key: "members",
      got: `${listed(news.members)}, without the master ${master}`,
      allowed: `${at(master, members[master])} until another is the master`,
      next: `Set synfleet:master to another member, run up, and take ${master} out then; if it is gone for good, ${accept([master])}.`,
    },
  ];
}

/** A member more that does not know itself for one could begin a cluster of its own. */
function ofEtcd({ etcd: olds }: PlacementInputs, news: PlacementInputs): Refusal[] {
  const { etcd, joining = [], accepted } = news;
  const joins = (name: string) => olds[name] === undefined && joining.includes(name);
  const unmeant = changed(olds, etcd).filter((name) => !joins(name) && !accepted.includes(name));
  if (unmeant.length === 0 || isNone(olds)) return [];
  return [
    {
      key: "etcd",
      got: listed(etcd),
      allowed: listed(olds),
      next: `To leave it so, set synfleet:etcd to ${written(olds)}. ${wayOfEtcd(olds, etcd, unmeant)}.`,
    },
  ];
}

function wayOfEtcd(olds: Places, news: Places, unmeant: readonly string[]): string {
  const [only, ...more] = unmeant;
  if (changed(olds, news).every((name) => olds[name] === undefined))
    return `To have ${Object.keys(news).length} members, to ${written(news, (name) => olds[name] === undefined)}`;
  const moves = more.length === 0 && olds[only!] !== undefined && news[only!] !== undefined;
  const way = moves
    ? `To have ${only!} begin empty on ${news[only!]!}, where it comes in as a new member by the majority of the others,`
    : "After a change of etcd's own membership,";
  return `${way} ${accept(unmeant)}`;
}

/** While servers are told one after the other that there are none any more, the Sentinels still promote; the first ones come after all servers. */
function ofSentinels({ sentinels: olds }: PlacementInputs, news: PlacementInputs): Refusal[] {
  const { sentinels = {}, accepted } = news;
  if (olds === undefined || isNone(olds) || !isNone(sentinels)) return [];
  const unmeant = changed(olds, sentinels).filter((name) => !accepted.includes(name));
  if (unmeant.length === 0) return [];
  return [
    {
      key: "sentinels",
      got: listed(sentinels),
      allowed: listed(olds),
      next: `They promote while servers are told one after the other that nobody does: set synfleet:sentinels to ${written(olds)}. Where that may be, ${accept(unmeant)}.`,
    },
  ];
}

/** A container more is made before the one that it replaces is removed, and would find its ports taken. */
function ofBalancers({ balancers: olds = {} }: PlacementInputs, news: PlacementInputs): Refusal[] {
  const nameOn = new Map(Object.entries(olds).map(([name, host]) => [host, name]));
  const wanted = Object.entries(news.balancers ?? {});
  const renamed = wanted.filter(([name, host]) => (nameOn.get(host) ?? name) !== name);
  if (renamed.length === 0) return [];
  const kept = wanted.map(([, host]) => [nameOn.get(host) ?? `balancer-${host}`, host]);
  return [
    {
      key: "balancers",
      got: renamed.map(([name, host]) => at(name, host)).join(", "),
      allowed: renamed.map(([, host]) => at(nameOn.get(host)!, host)).join(", "),
      next: `A host keeps the name of its balancer, which has its ports: set synfleet:balancers to ${written(Object.fromEntries(kept))}.`,
    },
  ];
}

const isNone = (places: Places) => Object.keys(places).length === 0;
const changed = (olds: Places, news: Places) =>
  [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => olds[name] !== news[name],
  );
const written = (places: Places, joins: (name: string) => boolean = () => false) =>
  `[${Object.entries(places)
    .map(([name, host]) => `{ name: ${name}, host: ${host}${joins(name) ? ", joins: true" : ""} }`)
    .join(", ")}]`;
