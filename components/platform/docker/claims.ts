import * as pulumi from "@pulumi/pulumi";
import type { Image } from "./image.ts";

/** Something of which a host has one: a port on an address, or a name of a container, a volume or a network. */
export interface Claim {
  /** Where the host's Docker Engine listens: what tells machines apart. */
  readonly engine: string;
  /** Name of the host, for the message. */
  readonly host: string;
  readonly kind: "port" | "container" | "volume" | "network";
  readonly value: string;
  /** Address of a port. */
  readonly address?: string;
  /** Who wants it, for the message. */
  readonly owner: string;
}

const EVERY_ADDRESS = ["0.0.0.0", "::"];

/** What all platforms of one program have taken on their hosts. */
export class Claims {
  readonly images = new Map<string, Image>();
  readonly #origins = new Map<string, Image>();
  readonly #imageNames = new Set<string>();
  readonly #claimed = new Map<string, Claim[]>();

  /** Takes what is wanted, or tells who has it. Plain values alone, so that a preview tells it too. */
  take(claim: Claim): void {
    const key = `${claim.kind} ${claim.value} ${claim.engine}`;
    const before = this.#claimed.get(key) ?? [];
    const holder = before.find((other) => meets(claim.address, other.address));
    if (holder) throw new pulumi.RunError(refusal(claim, holder));
    this.#claimed.set(key, [...before, claim]);
  }

  /** The image that is kept in the registry before the others are taken from there. */
  origin(stage: string, registry: string): Image | undefined {
    return this.#origins.get(`${stage} ${registry}`);
  }

  keep(stage: string, registry: string, image: Image): void {
    this.#origins.set(`${stage} ${registry}`, image);
  }

  /** The short name for the first platform that asks, so that a program with one keeps its names. */
  imageName(short: string, platform: string): string {
    const name = this.#imageNames.has(short) ? `${platform}-${short}` : short;
    this.#imageNames.add(name);
    return name;
  }
}

function meets(one: string | undefined, other: string | undefined): boolean {
  return one === other || [one, other].some((at) => at !== undefined && EVERY_ADDRESS.includes(at));
}

function refusal({ kind, value, host, owner }: Claim, holder: Claim): string {
  const remedy =
    kind === "port"
      ? "a port used once on its host. Give one of the two another port"
      : "a name used once on its host. Give one of the two platforms another prefix";
  return `${kind} ${value} of host ${host}: got it for ${owner}, but ${holder.owner} has it already; allowed: ${remedy}.`;
}

/** By the connection to the engine, of which each run of a program has one. */
const perRun = new WeakMap<object, Claims>();

export function claimsOfThisRun(): Claims {
  const run = pulumi.runtime.getMonitor() as object | undefined;
  if (!run) return new Claims();
  const claims = perRun.get(run) ?? new Claims();
  perRun.set(run, claims);
  return claims;
}
