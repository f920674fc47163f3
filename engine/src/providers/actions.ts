/** What a type of a provider is made of: the table that says how its values compare, and what acts on real objects. */
import type { Call, PropertyMap } from "../provider.ts";
import type { ResourceSchema } from "./schema.ts";

export interface Made {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** What acts on real objects of one type. Inputs come expanded and without bookkeeping. */
export interface Actions {
  readonly create: (call: Call, inputs: PropertyMap) => Promise<Made>;
  /** An object by the id that an import names it by, where that is not what `read` takes. */
  readonly find?: (call: Call, importId: string) => Promise<Made | undefined>;
  /** The object now; undefined when it is gone. `known` is what its state said before, or what was asked for just now. */
  readonly read?: (call: Call, id: string, known: PropertyMap) => Promise<PropertyMap | undefined>;
  readonly update?: (
    call: Call,
    id: string,
    old: PropertyMap,
    inputs: PropertyMap,
  ) => Promise<PropertyMap>;
  readonly delete?: (
    call: Call,
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
  ) => Promise<void>;
  /** Removes what an interrupted creation made, by its name and age; says what it was. Without it that cannot be known. */
  readonly discard?: (
    call: Call & { readonly since: Date },
    inputs: PropertyMap,
  ) => Promise<string | undefined>;
}

export interface ResourceType {
  readonly schema: ResourceSchema;
  /** Loads the code and the libraries that act, which check and diff do without. */
  readonly actions: () => Promise<Actions>;
}
