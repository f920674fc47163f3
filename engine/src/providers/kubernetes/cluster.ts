/** A cluster: which paths its kinds have, and what one can do to an object there. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import type { Client, Send } from "./client.ts";
import { ApiError, NoMatch } from "./errors.ts";
import { groupVersion, isBuiltIn, isNamespaced, type Kind } from "./kinds.ts";
import { listAt, namespaceOf, textAt } from "./objects.ts";
import { kindOfObject } from "./kinds.ts";

export interface Mapping {
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** How a change is sent: who makes it, whether it is only tried. */
export interface Change {
  readonly fieldManager: string;
  readonly isDryRun: boolean;
  readonly force?: boolean;
  readonly fieldValidation?: string;
  readonly signal?: AbortSignal;
}

/** The kinds that a program's usual objects have; the server is asked for others. Saves a question at each start. */
const irregular: Record<string, string> = { Endpoints: "endpoints" };

export class Cluster {
  readonly client: Client;
  private readonly lists = new Map<string, Promise<Map<string, Mapping>>>();

  constructor(client: Client) {
    this.client = client;
  }

  /** Where objects of the kind are; fails with NoMatch when the server does not know it. */
  async mapping(kind: Kind, signal?: AbortSignal): Promise<Mapping> {
    const known = isNamespaced(kind);
    if (known !== undefined && isStable(kind))
      return { plural: pluralOf(kind.kind), isNamespaced: known };
    const found = (await this.resources(kind, signal)).get(kind.kind);
    if (found) return found;
    // A definition may have been made meanwhile.
    this.forget();
    const again = (await this.resources(kind, signal)).get(kind.kind);
    if (again) return again;
    throw new NoMatch(`no matches for kind "${kind.kind}" in version "${groupVersion(kind)}"`);
  }

  async knows(kind: Kind, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.mapping(kind, signal);
      return true;
    } catch (error) {
      if (error instanceof NoMatch) return false;
      throw error;
    }
  }

  /** Asks the server for its kinds anew when it is next needed. */
  forget(): void {
    this.lists.clear();
  }

  async path(kind: Kind, namespace: string, name?: string, signal?: AbortSignal): Promise<string> {
    const mapping = await this.mapping(kind, signal);
    const within = mapping.isNamespaced ? `/namespaces/${namespace || "default"}` : "";
    return `${root(kind)}${within}/${mapping.plural}${name ? `/${encodeURIComponent(name)}` : ""}`;
  }

  async get(
    kind: Kind,
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<PropertyMap> {
    return this.send(await this.path(kind, namespace, name, signal), signal ? { signal } : {});
  }

  async list(kind: Kind, namespace: string, signal?: AbortSignal): Promise<PropertyMap[]> {
    const answer = await this.send(
      await this.path(kind, namespace, undefined, signal),
      signal ? { signal } : {},
    );
    // Items of a list do not say what they are.
    const own = { apiVersion: groupVersion(kind), kind: kind.kind };
    return listAt(answer, "items").map((item) => ({ ...own, ...(item as PropertyMap) }));
  }

  async create(object: PropertyMap, change: Change): Promise<PropertyMap> {
    const kind = kindOfObject(object);
    const path = await this.path(kind, namespaceOf(object), undefined, change.signal);
    return this.send(path, { method: "POST", body: object, ...asked(change) });
  }

  async replace(object: PropertyMap, name: string, change: Change): Promise<PropertyMap> {
    const path = await this.path(kindOfObject(object), namespaceOf(object), name, change.signal);
    return this.send(path, { method: "PUT", body: object, ...asked(change) });
  }

  /** Server-side apply: the fields of `object` become ours, and those that were ours and are not in it go. */
  async apply(object: PropertyMap, name: string, change: Change): Promise<PropertyMap> {
    const path = await this.path(kindOfObject(object), namespaceOf(object), name, change.signal);
    const contentType = "application/apply-patch+yaml";
    return this.send(path, { method: "PATCH", contentType, body: object, ...asked(change) });
  }

  async jsonPatch(
    object: PropertyMap,
    name: string,
    patch: PropertyValue,
    signal?: AbortSignal,
  ): Promise<PropertyMap> {
    const path = await this.path(kindOfObject(object), namespaceOf(object), name, signal);
    const contentType = "application/json-patch+json";
    return this.send(path, {
      method: "PATCH",
      contentType,
      body: patch,
      ...(signal && { signal }),
    });
  }

  async delete(
    object: PropertyMap,
    name: string,
    propagationPolicy: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const path = await this.path(kindOfObject(object), namespaceOf(object), name, signal);
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    await this.send(path, { method: "DELETE", body, ...(signal && { signal }) });
  }

  private send(path: string, how: Send): Promise<PropertyMap> {
    return this.client.send(path, how);
  }

  private resources(kind: Kind, signal?: AbortSignal): Promise<Map<string, Mapping>> {
    const key = groupVersion(kind);
    const asked = this.lists.get(key) ?? this.ask(kind, signal);
    this.lists.set(key, asked);
    asked.catch(() => this.lists.delete(key));
    return asked;
  }

  private async ask(kind: Kind, signal?: AbortSignal): Promise<Map<string, Mapping>> {
    try {
      const answer = await this.client.send(root(kind), signal ? { signal } : {});
      return new Map(
        listAt(answer, "resources")
          .filter((item) => !textAt(item, "name").includes("/"))
          .map((item) => [
            textAt(item, "kind"),
            {
              plural: textAt(item, "name"),
              isNamespaced: (item as PropertyMap)["namespaced"] === true,
            },
          ]),
      );
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return new Map();
      throw error;
    }
  }
}

/** Versions that every supported server has. */
const isStable = (kind: Kind): boolean =>
  isBuiltIn(kind) &&
  (kind.version === "v1" || (kind.group === "autoscaling" && kind.version === "v2"));

const root = (kind: Kind): string =>
  kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;

export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (irregular[kind]) return irregular[kind];
  if (/(s|x|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

const asked = (change: Change): Pick<Send, "query" | "signal"> => ({
  query: {
    fieldManager: change.fieldManager,
    ...(change.isDryRun && { dryRun: "All" }),
    ...(change.force !== undefined && { force: change.force }),
    ...(change.fieldValidation !== undefined && { fieldValidation: change.fieldValidation }),
  },
  ...(change.signal && { signal: change.signal }),
});
