/** Who owns which field of an object, as the server notes it in metadata.managedFields. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { at, isMap, listAt, same, textAt, withAt, withoutAt } from "./objects.ts";

const managedBefore: readonly (readonly [manager: string, operation: string])[] = [
  ["kubectl", "Apply"],
  ["kubectl", "Update"],
  ["before-first-apply", "Update"],
  ["pulumi-kubernetes", "Update"],
  ["pulumi-kubernetes.exe", "Update"],
  ["pulumi-resource-kubernetes", "Update"],
];

/** Who made the object without server-side apply: kubectl, or Pulumi's own create. */
const ours = managedBefore.slice(3).map(([manager]) => manager);

export const isMadeByCreate = (object: PropertyMap): boolean =>
  listAt(object, "metadata", "managedFields").some(
    (entry) => textAt(entry, "operation") === "Update" && ours.includes(textAt(entry, "manager")),
  );

/** The managedFields with those makers' fields handed to `manager`; undefined when nothing is to be handed over. */
export function takeOver(object: PropertyMap, manager: string): PropertyValue[] | undefined {
  const entries = listAt(object, "metadata", "managedFields");
  let mine = entries.find(
    (entry) => textAt(entry, "manager") === manager && textAt(entry, "operation") === "Apply",
  );
  const previous = mine;
  let isEdited = false;
  const others: PropertyValue[] = [];
  for (const entry of entries) {
    if (entry === previous) continue;
    if (!isManagedBefore(entry)) {
      others.push(entry);
      continue;
    }
    isEdited = true;
    if (!mine) mine = { ...(entry as PropertyMap), manager, operation: "Apply" };
    else {
      const fields = union(at(mine, "fieldsV1"), at(entry, "fieldsV1"));
      mine = { ...(mine as PropertyMap), fieldsV1: fields };
    }
  }
  return isEdited && mine ? [...others, mine] : undefined;
}

const isManagedBefore = (entry: PropertyValue): boolean =>
  textAt(entry, "subresource") === "" &&
  managedBefore.some(
    ([manager, operation]) =>
      textAt(entry, "manager") === manager && textAt(entry, "operation") === operation,
  );

function union(a: PropertyValue | undefined, b: PropertyValue | undefined): PropertyValue {
  if (!isMap(a)) return b ?? {};
  if (!isMap(b)) return a;
  const out = { ...a };
  for (const [key, value] of Object.entries(b)) out[key] = union(out[key], value);
  return out;
}

/**
 * The inputs as they are to be applied when changes of some fields are ignored: a field that another manager alone owns is
 * left out, so that it stays theirs; any other keeps its live value, so that it is not unset.
 */
export function withoutIgnored(
  inputs: PropertyMap,
  live: PropertyMap,
  manager: string,
  ignored: readonly string[],
): PropertyMap {
  let result = inputs;
  for (const path of ignored) {
    const keys = path.split(".");
    const isOwned = (by: (entry: PropertyValue) => boolean): boolean =>
      listAt(live, "metadata", "managedFields").some(
        (entry) =>
          by(entry) && at(entry, "fieldsV1", ...keys.map((key) => `f:${key}`)) !== undefined,
      );
    const isTheirs = isOwned((entry) => textAt(entry, "manager") !== manager);
    const isOurs = isOwned((entry) => textAt(entry, "manager") === manager);
    const now = at(live, ...keys);
    if (isTheirs && !isOurs) result = withoutAt(result, keys);
    else if (now !== undefined && !same(at(result, ...keys), now))
      result = withAt(result, keys, now);
  }
  return result;
}
