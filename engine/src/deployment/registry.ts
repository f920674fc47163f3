/** The provider resources of a stack and the providers behind them, loaded and configured when first needed. */
import type { CheckFailure, Diff, PropertyMap, Provider, ProviderResource } from "../provider.ts";
import {
  equal,
  hasUnknown,
  isObject,
  plainMap,
  Secret,
  type Value,
  type Values,
} from "../values/property.ts";
import type { Resource } from "./resource.ts";
import { packageOf, parseReference } from "./urn.ts";

export type LoadProvider = (pkg: string) => Promise<Provider>;

/** What Pulumi keeps in a provider's inputs for itself. */
const OWN_KEYS = new Set(["version", "__internal", "pluginDownloadURL"]);

export function providerConfig(inputs: Values): PropertyMap {
  const own: Values = {};
  for (const [key, value] of Object.entries(inputs))
    if (!OWN_KEYS.has(key)) own[key] = parseNested(value);
  return plainMap(own);
}

/** What a provider resource says of itself: its configuration, without the engine's own notes. */
export function providerOutputs(inputs: Values): Values {
  const { __internal: _, ...rest } = inputs;
  return rest;
}

const resourceOf = ({ urn, inputs }: Resource, id: string): ProviderResource => ({
  urn,
  id,
  inputs: providerOutputs(inputs),
});

/** Provider inputs that are not strings travel as JSON text. */
function parseNested(value: Value): Value {
  const text = value instanceof Secret ? value.value : value;
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return value;
  try {
    const parsed = JSON.parse(text) as Value;
    return isObject(parsed) || Array.isArray(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

/** Provider resources are compared by their configuration alone: another version of the package is no change to the world. */
export function providerDiff(old: Values, now: Values): Diff {
  const [before, after] = [providerConfig(old), providerConfig(now)];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...keys].filter((key) => !equal(before[key], after[key]));
  return { changed, replaced: [] };
}

interface Entry {
  readonly resource: Resource;
  provider?: Promise<Provider>;
  configured?: Promise<void>;
}

export class ProviderRegistry {
  private readonly load: LoadProvider;
  private readonly entries = new Map<string, Entry>();

  constructor(load: LoadProvider) {
    this.load = load;
  }

  /** Makes a provider resource known under "URN::ID". A second registration with a new configuration takes over. */
  add(resource: Resource, id = resource.id): string {
    const reference = `${resource.urn}::${id}`;
    this.entries.set(reference, { resource });
    return reference;
  }

  has(reference: string): boolean {
    return this.entries.has(reference);
  }

  resource(reference: string): Resource | undefined {
    return this.entries.get(reference)?.resource;
  }

  /** Of a provider's type or a resource's, without any configuration. */
  ofPackage(type: string): Promise<Provider> {
    return this.load(packageOf(type));
  }

  /** For verbs that only compute: check, diff, and create or update in a preview. */
  async unconfigured(reference: string): Promise<Provider> {
    const entry = this.entry(reference);
    entry.provider ??= this.load(packageOf(entry.resource.type)).then((provider) => {
      const { resource } = entry;
      const { id } = parseReference(reference);
      provider.prepare?.(providerConfig(resource.inputs), resourceOf(resource, id));
      return provider;
    });
    return entry.provider;
  }

  /** For verbs that touch the world. */
  async configured(reference: string): Promise<Provider> {
    const provider = await this.unconfigured(reference);
    const entry = this.entry(reference);
    entry.configured ??= this.configure(provider, entry.resource);
    await entry.configured;
    return provider;
  }

  /** A provider's configuration as state keeps it. */
  async checkConfig(
    urn: string,
    type: string,
    olds: Values | undefined,
    inputs: Values,
  ): Promise<{ inputs: Values; failures: readonly CheckFailure[] }> {
    const provider = await this.load(packageOf(type));
    const { configNotes } = provider;
    if (!provider.checkConfig)
      return { inputs: configNotes ? { ...inputs, ...configNotes } : inputs, failures: [] };
    const before = olds && providerOutputs(olds);
    const checked = await provider.checkConfig(urn, before, providerOutputs(inputs));
    // What the engine notes there stays its own.
    const own = Object.entries(inputs).filter(([key]) => OWN_KEYS.has(key));
    return { ...checked, inputs: { ...checked.inputs, ...Object.fromEntries(own) } };
  }

  /** Compared by the new one: what it cannot reach as the old one did must be made anew. */
  async diffConfig(urn: string, type: string, old: Values, now: Values): Promise<Diff> {
    const provider = await this.load(packageOf(type));
    const change = { urn, olds: providerOutputs(old), news: providerOutputs(now) };
    const found = provider.diffConfig?.(providerConfig(old), providerConfig(now), change);
    return (await found) ?? providerDiff(old, now);
  }

  private async configure(provider: Provider, resource: Resource): Promise<void> {
    if (hasUnknown(resource.inputs))
      throw new Error(`the configuration of the provider ${resource.urn} is not known yet`);
    await provider.configure(providerConfig(resource.inputs));
  }

  private entry(reference: string): Entry {
    const entry = this.entries.get(reference);
    if (entry) return entry;
    throw new Error(`unknown provider '${parseReference(reference).urn}'`);
  }
}
