/** Calls of one provider resource to its plugin: configured first, with values as it takes them and errors with what they carry. */
import type structTypes from "google-protobuf/google/protobuf/struct_pb.js";
import { fromStruct, toStruct } from "../../language/grpc.ts";
import { PartialFailure, type PropertyMap, type ProviderResource } from "../../provider.ts";
import type { Values } from "../../values/property.ts";
import { listed, messageOf, unfinishedOf } from "./answers.ts";
import type { Link, Protocol } from "./link.ts";
import { PluginDied } from "./process.ts";
import { fromPlugin, toPlugin } from "./values.ts";

/** The processes of one plugin: a spare one may be shared, what is taken is for one provider resource alone. */
export interface Links {
  spare(): Promise<Link>;
  take(): Promise<Link>;
  warn(urn: string, message: string): void;
}

export type Struct = structTypes.Struct | undefined;

export interface Asked {
  readonly method: string;
  readonly request: unknown;
  /** In words, for the day that the plugin dies of it. */
  readonly during: string;
  readonly timeoutSeconds?: number | undefined;
}

export class Configured {
  readonly agreed: Protocol;
  private readonly link: Link;

  constructor(link: Link, agreed: Protocol) {
    this.link = link;
    this.agreed = agreed;
  }

  /** What is not known is only ever sent in previews, and by check and diff. */
  struct(values: Values, unknowns = false): structTypes.Struct {
    return toStruct(toPlugin(values, this.agreed, unknowns));
  }

  /** `given` has the same properties, of which it is known what is secret. */
  open(struct: Struct, given: Values, unknowns = false): PropertyMap {
    return fromPlugin(fromStruct(struct), this.agreed, given, unknowns) as PropertyMap;
  }

  async ask<T>({ method, request, during, timeoutSeconds }: Asked): Promise<T> {
    try {
      return await this.link.call<T>(method, request, timeoutSeconds, during);
    } catch (error) {
      throw told(error);
    }
  }

  /** Of the calls that change or read an object, which may be there and not as it should be. */
  async askOfObject<T>(asked: Asked, given: Given): Promise<T> {
    const { method, request, during, timeoutSeconds } = asked;
    try {
      return await this.link.call<T>(method, request, timeoutSeconds, during);
    } catch (error) {
      const unfinished = unfinishedOf(error);
      if (!unfinished) throw told(error);
      const { id, reasons } = unfinished;
      const outputs = this.open(unfinished.outputs, given.outputs);
      throw new PartialFailure(listed(reasons), id || given.id, outputs, {
        reasons,
        ...(unfinished.inputs ? { inputs: this.open(unfinished.inputs, given.inputs) } : {}),
      });
    }
  }
}

export interface Given {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** The plugin's own words; that it died stays what it is. */
export function told(error: unknown): Error {
  if (error instanceof PluginDied || !(error as { code?: unknown }).code) return error as Error;
  return new Error(messageOf(error));
}

/** Once a provider resource: only when it is configured does a plugin say what it takes. */
export function configuring(
  name: string,
  links: Links,
): { readonly prepare: (of: ProviderResource) => void; readonly ready: () => Promise<Configured> } {
  let resource: ProviderResource | undefined;
  let ready: Promise<Configured> | undefined;
  const configure = async (own: ProviderResource): Promise<Configured> => {
    try {
      const link = await links.take();
      return new Configured(link, await link.configure(own));
    } catch (error) {
      throw told(error);
    }
  };
  return {
    prepare: (of) => {
      resource = of;
    },
    ready: () => {
      if (!resource) throw new Error(`the provider ${name} is used before it is registered`);
      ready ??= configure(resource);
      return ready;
    },
  };
}
