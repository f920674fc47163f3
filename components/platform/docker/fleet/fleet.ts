/** Asks every host of a fleet before anything is changed on one, and tells all that is wrong at once. */
import { randomBytes } from "node:crypto";
import type { DockerHost } from "../args.ts";
import { bracketed, engineOf, peerAddress } from "../reach.ts";
import { ask, type Answer } from "./ask.ts";
import { ESP, factsScript, readFacts, type Facts } from "./facts.ts";
import { isOurs, judge, type WantedPort } from "./judge.ts";
import {
  closedOf,
  closedProblem,
  closeScript,
  listenScript,
  targetWord,
  tryScript,
} from "./paths.ts";

/** SSH sessions at a time: more are refused by nobody, but each costs this machine a process. */
const AT_A_TIME = 32;

/** A port that a part on this host opens for the other hosts. */
export interface PeerPort {
  readonly host: string;
  readonly port: number;
  /** The part. */
  readonly of: string;
  /** Whether it is one that the engine of a host in a Swarm listens on itself. @default false */
  readonly swarm?: boolean;
}

type WantedByPeer = WantedPort & Pick<PeerPort, "swarm">;

export interface FleetArgs {
  readonly hosts: readonly DockerHost[];
  /** Ports for clients. */
  readonly published: readonly WantedPort[];
  readonly peers: readonly PeerPort[];
  /** Name of the deployment. */
  readonly deployment: string;
  /** Whether Docker has to be there already. */
  readonly needsEngine: boolean;
  /** Whether their kernels have to encrypt the network between them. */
  readonly needsEsp: boolean;
  /** Whether ports are opened for a moment to try the ways to them. A preview only looks. */
  readonly triesPaths: boolean;
}

export interface FleetProblems {
  /** Hosts that were not reached. */
  readonly silent: readonly string[];
  /** What is wrong with those that were. */
  readonly found: readonly string[];
}

export async function fleetProblems(args: FleetArgs): Promise<FleetProblems> {
  const { hosts, published, deployment, needsEngine, needsEsp } = args;
  const answers = await forEach(hosts, (host) => factsOf(host, needsEsp ? [ESP] : []));
  const silent = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  const facts = new Map(
    answers.flatMap((answer) => ("facts" in answer ? [[answer.host, answer.facts]] : [])),
  );
  const peers = hosts.length > 1 ? wantedByPeers(args).filter((peer) => isTried(peer, facts)) : [];
  const opened = peers.filter((peer) => !isOpen(peer, facts));
  const found = judge(facts, [...published, ...opened], { deployment, needsEngine });
  // Ways between hosts are worth trying when the hosts are as they must be.
  const triesPaths = args.triesPaths && silent.length + found.length === 0;
  return {
    silent,
    found: triesPaths ? await closedPaths(hosts, peers, facts, deployment) : found,
  };
}

/** Whether the engine has it open already, as a member of a Swarm. */
const isOpen = ({ swarm = false, host }: WantedByPeer, facts: ReadonlyMap<string, Facts>) =>
  swarm && (facts.get(host)?.inSwarm ?? false);

/** A worker opens fewer ports of a Swarm than a manager. */
const isTried = (peer: WantedByPeer, facts: ReadonlyMap<string, Facts>) =>
  !isOpen(peer, facts) || facts.get(peer.host)!.listening.some(({ port }) => port === peer.port);

function wantedByPeers({ hosts, peers }: FleetArgs): WantedByPeer[] {
  const addresses = new Map(hosts.map((host) => [host.name, peerAddress(host)]));
  return peers.map(({ host, port, of, swarm = false }) => ({
    key: of,
    swarm,
    host,
    port,
    address: addresses.get(host)!,
    otherwise: swarm ? "take another host" : `place ${of} on another host`,
  }));
}

type Asked = { readonly host: string; readonly facts: Facts } | { readonly problem: string };

async function factsOf(host: DockerHost, words: readonly string[]): Promise<Asked> {
  let asked = 0;
  let answered = 0;
  const answer = await ask(host, factsScript, {
    words,
    heard: (line, child) => {
      if (line === "ready") {
        asked = Date.now();
        child.stdin?.end("\n");
      } else if (line.startsWith("clock ")) answered = Date.now();
    },
  });
  if (answer.code === 0 && answered > 0)
    return { host: host.name, facts: readFacts(answer.stdout, [asked, answered]) };
  return { problem: notReached(host, answer) };
}

function notReached(host: DockerHost, { stderr, code }: Answer): string {
  const said = stderr.split("\n").at(-1) || `an end with code ${code}`;
  const at = `host ${host.name} (${engineOf(host)})`;
  if (/host key|host identification/i.test(stderr)) {
    return (
      `${at}: got another host key than the one that it is known by; allowed: that one alone, since another machine may be answering. ` +
      "If it was installed anew, set ssh.hostKey to its new /etc/ssh/ssh_host_ed25519_key.pub, read at its console."
    );
  }
  if (/permission denied/i.test(stderr)) {
    return `${at}: got "${said}"; allowed: a login by key; nobody is asked for a password. Set ssh.user and ssh.keyFile, or load the key into the agent (ssh-add).`;
  }
  return `${at}: got "${said}"; allowed: one that answers over SSH. Start it, or correct its address and ssh.port.`;
}

/** Each host tries what it needs of the others, at ports that listen already or are opened for this. */
async function closedPaths(
  hosts: readonly DockerHost[],
  peers: readonly WantedByPeer[],
  facts: ReadonlyMap<string, Facts>,
  deployment: string,
): Promise<string[]> {
  const name = `synfleet-path-${randomBytes(4).toString("hex")}`;
  const listeners = hosts.flatMap((host) => {
    const own = peers.filter((peer) => peer.host === host.name);
    const absent = own.filter(
      (peer) => !isOpen(peer, facts) && !isOurs(peer, facts.get(host.name)!, deployment),
    );
    const ports = [...new Set(absent.map(({ port }) => port))].map(String);
    return ports.length > 0 ? [{ host, ports }] : [];
  });
  try {
    const refused = await forEach(listeners, async ({ host, ports }) => {
      const words = [name, bracketed(peerAddress(host)), ...ports];
      const { code, stderr } = await ask(host, listenScript, { words });
      if (code === 0) return [];
      return `host ${host.name}: its ports cannot be tried: ${stderr.split("\n").at(-1)}; allowed: a host whose Docker Engine opens them. Correct privateAddress, or what Docker says.`;
    });
    if (refused.flat().length > 0) return refused.flat();
    const closed = await forEach(hosts, (from) => closedFrom(from, hosts, peers));
    return closed.flat();
  } finally {
    await forEach(listeners, ({ host }) => ask(host, closeScript, { words: [name] }));
  }
}

/** What a host does not reach of the others. */
async function closedFrom(
  from: DockerHost,
  hosts: readonly DockerHost[],
  peers: readonly WantedPort[],
): Promise<string[]> {
  const others = peers.filter(({ host }) => host !== from.name);
  const { stdout } = await ask(from, tryScript, { words: [...new Set(others.map(targetWord))] });
  const closed = closedOf(stdout);
  return hosts.flatMap((to) => {
    const there = closed.filter(({ address }) => address === peerAddress(to));
    const ports = there.map(({ port }) => port);
    return ports.length > 0 ? [closedProblem(named(from), named(to), ports)] : [];
  });
}

const named = (host: DockerHost) => ({ name: host.name, address: peerAddress(host) });

/** Does it for all, so many at a time; results are in the order of the items, whichever ended first. */
async function forEach<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift())
      results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, queue.length) }, work));
  return results;
}
