/** What is wrong with hosts, from what they said. Pure, and complete: all problems, not the first. */
import type { Binding, Facts } from "./facts.ts";

/** A port that is to be opened on a host. */
export interface WantedPort extends Binding {
  /** Setting that decides it, or the part that listens on it. */
  readonly key: string;
  readonly host: string;
  /** What else can be done but to free it. */
  readonly otherwise: string;
}

/** Clocks that are further apart make certificates of the future, and last-update-wins take the wrong row. */
const MAX_APART_MS = 1000;
/** Images take about one; the rest is for what they write until somebody looks. */
const MIN_FREE_MIB = 2048;
/** One member with its exporter, and Docker itself. */
const MIN_MEMORY_MIB = 960;
/** What the images' Dockerfile and the containers' settings need. */
const MIN_ENGINE = [20, 10] as const;

export function judge(
  facts: ReadonlyMap<string, Facts>,
  wanted: readonly WantedPort[],
  { deployment, needsEngine = true }: { deployment: string; needsEngine?: boolean },
): string[] {
  return [
    ...sameMachine(facts),
    ...clocks(facts),
    ...[...facts].flatMap(([name, each]) => [
      ...(needsEngine ? engine(name, each) : []),
      ...room(name, each),
      ...encryption(name, each),
    ]),
    ...wanted.flatMap((port) => taken(port, facts.get(port.host), deployment)),
  ];
}

function sameMachine(facts: ReadonlyMap<string, Facts>): string[] {
  const all = [...facts];
  return all.flatMap(([name, { machine }], index) => {
    const first = all.findIndex(([, other]) => other.machine === machine);
    if (first === index || machine === "") return [];
    return [
      `hosts: ${all[first]![0]} and ${name} are one machine (machine id ${machine}); allowed: a machine each, or what is lost with it ` +
        "is lost twice. Correct one's address. Copies of one disk image need an id each: rm /etc/machine-id && systemd-machine-id-setup.",
    ];
  });
}

function clocks(facts: ReadonlyMap<string, Facts>): string[] {
  const all = [...facts].map(([name, { aheadMs }]) => ({
    name,
    early: aheadMs[0],
    late: aheadMs[1],
  }));
  const first = all.toSorted((a, b) => a.late - b.late)[0];
  if (!first) return [];
  return all
    .filter(({ early }) => early - first.late > MAX_APART_MS)
    .map(
      ({ name, early }) =>
        `hosts: the clock of ${name} is ${((early - first.late) / 1000).toFixed(1)} s ahead of ${first.name}'s; allowed: at most 1 s. ` +
        "Synchronise both (apt-get install systemd-timesyncd; timedatectl set-ntp true).",
    );
}

function engine(name: string, { engine }: Facts): string[] {
  if ("problem" in engine) {
    return [
      `Docker Engine of host ${name}: got ${engine.problem}; allowed: one that its login may use. ` +
        "Install it (apt-get install docker.io), start it, or add the login to the group docker.",
    ];
  }
  const [major = 0, minor = 0] = engine.version.split(".").map(Number);
  const isOld = major < MIN_ENGINE[0] || (major === MIN_ENGINE[0] && minor < MIN_ENGINE[1]);
  if (!isOld) return [];
  return [
    `Docker Engine of host ${name}: got ${engine.version}; allowed: ${MIN_ENGINE.join(".")} or later. Update it.`,
  ];
}

function room(name: string, { memoryMiB, freeMiB }: Facts): string[] {
  const problems: string[] = [];
  if (memoryMiB < MIN_MEMORY_MIB) {
    problems.push(
      `memory of host ${name}: got ${memoryMiB} MiB; allowed: ${MIN_MEMORY_MIB} MiB or more. Give it more, or take another host.`,
    );
  }
  if (freeMiB !== undefined && freeMiB < MIN_FREE_MIB) {
    problems.push(
      `disk of host ${name}: got ${freeMiB} MiB free where Docker keeps its data; allowed: ${MIN_FREE_MIB} MiB or more. ` +
        "Free some (docker system df shows what Docker has), or give it a larger disk.",
    );
  }
  return problems;
}

function encryption(name: string, { espProblem }: Facts): string[] {
  if (espProblem === undefined) return [];
  return [
    `synfleet:swarm.encrypted: got true, which the kernel of host ${name} cannot do ("${espProblem}"); allowed: false, or kernels with ESP. ` +
      "Take the distribution's own kernel, which has it (modprobe esp4), or set swarm: { encrypted: false }; members speak TLS to each other in any case.",
  ];
}

function taken(wanted: WantedPort, facts: Facts | undefined, deployment: string): string[] {
  if (!facts || isOurs(wanted, facts, deployment)) return [];
  const { key, host, port, otherwise } = wanted;
  const [owner] = holders(wanted, facts);
  if (owner) {
    const whose = owner.fleet === "" ? "" : ` (deployment ${owner.fleet})`;
    return [
      `${key}: got ${port}, which container ${owner.name}${whose} of host ${host} has published; allowed: a free port. ` +
        `Stop that container, or ${otherwise}.`,
    ];
  }
  if (!facts.listening.some((binding) => meet(binding, wanted))) return [];
  return [
    `${key}: got ${port}, which another program of host ${host} listens on; allowed: a free port. ` +
      `Stop that program (ss -ltnp 'sport = :${port}'), or ${otherwise}.`,
  ];
}

/** Whether a container of this deployment has it already. */
export const isOurs = (wanted: Binding, facts: Facts, deployment: string): boolean =>
  holders(wanted, facts).some(({ fleet }) => fleet === deployment);

const holders = (wanted: Binding, { containers }: Facts) =>
  containers.filter(({ published }) => published.some((binding) => meet(binding, wanted)));

function meet(one: Binding, other: Binding): boolean {
  return (
    one.port === other.port &&
    (one.address === other.address || one.address === "*" || other.address === "*")
  );
}
