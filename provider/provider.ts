/** Synfleet's own resources, for a Pulumi engine: a thin shell over `host/`, `swarm/` and `placement.ts`. */
import type * as provider from "@pulumi/pulumi/provider/index.js";
import type { HostInputs } from "../components/host/wanted.ts";
import type { SwarmMemberInputs, SwarmMemberState } from "../components/swarm/wanted.ts";
import { isSame } from "./host/drift.ts";
import { leaveHost, prepareHost, readHost } from "./host/host.ts";
import { checkHost, checkSwarmMember } from "./inputs.ts";
import type { AnyKind, Kind } from "./kind.ts";
import { placement } from "./placement.ts";
import { Members } from "./swarm/member.ts";

type Tell = (line: string) => void;

export class SynfleetProvider implements provider.Provider {
  readonly version: string;
  readonly schema: string;
  readonly #kinds: ReadonlyMap<string, AnyKind>;

  /** @param tell takes a line about what is done; an engine shows what a plugin prints. */
  constructor(version: string, tell: Tell = console.log) {
    this.version = version;
    this.#kinds = new Map([
      ["synfleet-hosts:host:Host", hosts(tell) as AnyKind],
      ["synfleet-hosts:swarm:Member", swarmMembers(tell) as AnyKind],
      ["synfleet-hosts:placement:Placement", placement as AnyKind],
    ]);
    const resources = Object.fromEntries([...this.#kinds.keys()].map((type) => [type, {}]));
    this.schema = JSON.stringify({ name: "synfleet-hosts", version, resources });
  }

  check(urn: string, olds: unknown, news: unknown): Promise<provider.CheckResult> {
    return settled(() => this.#kindOf(urn).check(olds, news));
  }

  /** Against what the last refresh has found, so that drift is a change. Nothing is ever replaced: what differs is changed in place. */
  diff(_id: string, urn: string, olds: unknown, news: unknown): Promise<provider.DiffResult> {
    return settled(() => {
      const kind = this.#kindOf(urn);
      return { changes: !isSame(kind.inputsOf?.(olds) ?? olds, news) };
    });
  }

  async create(urn: string, inputs: unknown): Promise<provider.CreateResult> {
    const kind = this.#kindOf(urn);
    const outs = await kind.ensure(inputs);
    return { id: kind.id(inputs), outs };
  }

  async update(_id: string, urn: string, olds: unknown, news: unknown) {
    return { outs: await this.#kindOf(urn).ensure(news, olds) };
  }

  async read(id: string, urn: string, state: unknown): Promise<provider.ReadResult> {
    const kind = this.#kindOf(urn);
    const props = await kind.read(state);
    return { id, props, inputs: kind.inputsOf?.(props) ?? props };
  }

  async delete(_id: string, urn: string, state: unknown): Promise<void> {
    await this.#kindOf(urn).remove(state);
  }

  #kindOf(urn: string): AnyKind {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const kind = this.#kinds.get(type);
    if (kind) return kind;
    throw new Error(
      `type: got ${type}; allowed: ${[...this.#kinds.keys()].join(", ")}. See that program and plugin are of one version.`,
    );
  }
}

const settled = async <T>(what: () => T): Promise<T> => what();

/** A host that does not answer is an error: "gone" would have it made again. */
const hosts = (tell: Tell): Kind<HostInputs> => ({
  check: (_olds, news) => checkHost(news),
  id: ({ login }) => login.name,
  ensure: (inputs) => prepareHost(inputs, tell),
  read: (state) => readHost(state),
  async remove(state) {
    await leaveHost(state);
    tell(
      `${state.login.name}: its rules and kernel settings are removed; packages, Docker with its settings and its data stay.`,
    );
  },
});

function swarmMembers(tell: Tell): Kind<SwarmMemberInputs, SwarmMemberState> {
  const members = new Members(tell);
  return {
    check: (_olds, news) => checkSwarmMember(news),
    id: ({ login }) => login.name,
    ensure: (inputs, was) => members.ensure(inputs, was),
    read: (state) => members.read(state),
    remove: (state) => members.remove(state),
    inputsOf: ({ nodeId: _nodeId, made: _made, ...inputs }) => inputs,
  };
}
