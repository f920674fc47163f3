/** Makes a host a member of a Swarm, keeps it one, and takes it out again where it was this that brought it in. */
import { setTimeout as pause } from "node:timers/promises";
import type { HostLogin } from "../../components/host/wanted.ts";
import type { SwarmMemberInputs, SwarmMemberState } from "../../components/swarm/wanted.ts";
import { errorOf, hostError } from "../host/error.ts";
import type { Run } from "../host/host.ts";
import type { HostCommand } from "../host/scripts.ts";
import { runOn } from "../host/ssh.ts";
import { parseNode, parsePlace, updatesOf, type Node, type Place } from "./facts.ts";
import {
  forgetCommand,
  foundCommand,
  joinCommand,
  leaveCommand,
  nodeCommand,
  nodeUpdateCommand,
  placeCommand,
  tokenCommand,
} from "./scripts.ts";

/** Time that managers take to agree on what was asked of one of them, at most. */
const AGREEMENT_MS = 60_000;
const PAUSE_MS = 500;

export class Members {
  readonly #run: Run;
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void, run: Run = runOn) {
    this.#tell = tell;
    this.#run = run;
  }

  /** What the host is, in the form of what it has to be. A host that does not answer is told by a manager. */
  async read(known: SwarmMemberState): Promise<SwarmMemberState> {
    const asked = await this.#place(known.login).catch((error: unknown) => ({ error }));
    const place = "error" in asked ? undefined : asked;
    const manager = place?.isManager ? known.login : await this.#manager(known.managers);
    if ("error" in asked && !manager) throw asked.error;
    const nodeId = place?.nodeId || known.nodeId;
    const isOut = place !== undefined && place.state !== "active";
    const node = manager && !isOut ? await this.#node(manager, nodeId) : undefined;
    if (!node) return { ...known, nodeId, state: "none", labels: {} };
    const ours = Object.entries(node.labels).filter(([key]) => key in known.labels);
    return {
      ...known,
      ...{ nodeId, role: node.role, labels: Object.fromEntries(ours) },
      state: node.isReady ? "ready" : "down",
    };
  }

  /** Changes what differs and nothing else; says each step before it is taken. */
  async ensure(wanted: SwarmMemberInputs, before?: SwarmMemberState): Promise<SwarmMemberState> {
    const { login, managers } = wanted;
    const place = await this.#place(login);
    const wasIn = place.state === "active";
    if (!wasIn) await this.#bringIn(wanted, place, before?.nodeId);
    const { nodeId, isManager } = wasIn ? place : await this.#place(login);
    const manager = isManager ? login : await this.#manager(managers);
    if (!manager) throw noManager(wanted);
    const node = await this.#settled(manager, nodeId, login);
    const gone = Object.keys(before?.labels ?? {}).filter((key) => !(key in wanted.labels));
    const labels = updatesOf(node, wanted.labels, gone);
    if (node.role !== wanted.role || labels.length > 0) {
      this.#tell(`${login.name}: ${wanted.role} of the Swarm, with its labels`);
      await this.#agree(manager, nodeUpdateCommand(nodeId, wanted.role, labels), "it was changed");
    }
    // A manager counts when it takes part: the next one that joins may ask it.
    if (wanted.role === "manager")
      await this.#until(login, "it is a manager", async () => (await this.#place(login)).isManager);
    return { ...wanted, nodeId, made: before?.made ?? !wasIn };
  }

  /** Services are gone by then. One that was in its Swarm before only loses the labels. */
  async remove({ login, managers, nodeId, labels, made, role }: SwarmMemberState): Promise<void> {
    const place = await this.#place(login);
    const other = await this.#manager(managers);
    if (place.state !== "active") {
      if (made && other) await this.#agree(other, forgetCommand(nodeId), "the Swarm forgot it");
      return;
    }
    if (!made) {
      const manager = other ?? (place.isManager ? login : undefined);
      const taken = Object.keys(labels).map((key) => `-${key}`);
      if (manager)
        await this.#agree(manager, nodeUpdateCommand(nodeId, role, taken), "it was left");
      this.#tell(`${login.name}: stays in the Swarm that it was in before`);
      return;
    }
    if (place.isManager && other) {
      await this.#agree(other, nodeUpdateCommand(nodeId, "worker", []), "it was demoted");
      await this.#until(login, "it is a worker", async () => !(await this.#place(login)).isManager);
    }
    this.#tell(`${login.name}: leaves the Swarm`);
    await this.#must(login, leaveCommand(!other), "it left the Swarm");
    if (other) await this.#agree(other, forgetCommand(nodeId), "the Swarm forgot it");
  }

  /** @param formerId the node that it was before; as a manager that is lost it would count against the others' majority. */
  async #bringIn(wanted: SwarmMemberInputs, place: Place, formerId?: string): Promise<void> {
    const { login, managers, founds, address, role } = wanted;
    if (place.state !== "inactive") {
      throw hostError(login, [
        {
          got: `a place in a Swarm that is "${place.state}"`,
          allowed: "one in no Swarm, or in one that works",
          next: "See docker info on the host; docker swarm leave --force takes it out of its Swarm, whose other nodes go on.",
        },
      ]);
    }
    const { manager, silent } = await this.#others(managers);
    if (!manager) {
      if (!founds) throw noManager(wanted);
      if (silent) throw noAnswer(login, silent);
      this.#tell(`${login.name}: begins a Swarm`);
      await this.#must(login, foundCommand(address), "a Swarm was begun");
      return;
    }
    this.#tell(`${login.name}: joins the Swarm of ${manager.name}`);
    if (formerId)
      await this.#agree(manager, forgetCommand(formerId), "its former node was forgotten");
    const token = (await this.#must(manager, tokenCommand(role), "a token was asked for")).trim();
    const at = (await this.#place(manager)).address;
    await this.#must(login, joinCommand(address, at, token), "it joined the Swarm");
  }

  /** The first of them that is a manager and answers. */
  async #manager(logins: readonly HostLogin[]): Promise<HostLogin | undefined> {
    return (await this.#others(logins)).manager;
  }

  /** Of a manager none are asked any more; without one, who did not answer may be one. */
  async #others(logins: readonly HostLogin[]) {
    let silent: HostLogin | undefined;
    for (const login of logins) {
      const place = await this.#place(login).catch(() => undefined);
      if (place?.isManager) return { manager: login };
      if (!place) silent ??= login;
    }
    return { silent };
  }

  async #place(login: HostLogin): Promise<Place> {
    return parsePlace(await this.#must(login, placeCommand, "its place in a Swarm was asked for"));
  }

  async #node(manager: HostLogin, nodeId: string): Promise<Node | undefined> {
    return parseNode(await this.#must(manager, nodeCommand(nodeId), "a node was asked for"));
  }

  /** A node that has just joined is known to its managers a moment later. */
  async #settled(manager: HostLogin, nodeId: string, login: HostLogin): Promise<Node> {
    let node: Node | undefined;
    await this.#until(login, "the managers see it as ready", async () => {
      node = await this.#node(manager, nodeId);
      return node?.isReady ?? false;
    });
    return node!;
  }

  async #until(login: HostLogin, what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + AGREEMENT_MS;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        throw hostError(login, [
          {
            got: `no agreement for ${AGREEMENT_MS / 1000} s: it was waited until ${what}`,
            allowed: "managers of which most reach each other",
            next: "See that 2377/tcp, 7946/tcp, 7946/udp and 4789/udp are open between the hosts, and docker node ls on a manager.",
          },
        ]);
      }
      await pause(PAUSE_MS);
    }
  }

  /** What all managers have to agree on; while they elect a leader, nothing can be asked of them. */
  async #agree(manager: HostLogin, command: HostCommand, doing: string): Promise<void> {
    await this.#until(manager, doing, async () => {
      const ended = await this.#run(manager, command);
      if (ended.code !== 0 && /leader|update out of sequence/i.test(ended.stderr)) return false;
      const error = errorOf(manager, doing, ended);
      if (error) throw error;
      return true;
    });
  }

  async #must(login: HostLogin, command: HostCommand, doing: string): Promise<string> {
    const ended = await this.#run(login, command);
    const error = errorOf(login, doing, ended);
    if (error) throw error;
    return ended.stdout;
  }
}

function noManager({ login, managers }: SwarmMemberInputs) {
  return hostError(login, [
    {
      got: `no manager of a Swarm among ${managers.map(({ name }) => name).join(", ") || "no other hosts"}`,
      allowed: "one that answers, and of whose fellows most answer",
      next: "See docker node ls on them; where most managers are lost for good, docker swarm init --force-new-cluster on one that is left.",
    },
  ]);
}

/** Whoever does not answer may be in the Swarm that this host was in: another one beside it would have none of its services. */
function noAnswer(login: HostLogin, { name }: HostLogin) {
  return hostError(login, [
    {
      got: `no answer of ${name}, whether it is in a Swarm`,
      allowed: "a Swarm that is begun where none of the hosts is in one",
      next: `See that ${name} runs, with its Docker Engine, then run it again. Where it is gone for good, synfleet forget-host ${name}.`,
    },
  ]);
}
