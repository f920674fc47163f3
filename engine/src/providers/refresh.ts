import type { PropertyMap, PropertyValue } from "../provider.ts";
import { diffInputs } from "./diff.ts";
import { DEFAULTS_KEY, isAbsent, isMap, type Kind, type Properties } from "./schema.ts";

/** What a refresh makes of inputs: each that the program gave takes the value that the real object has now. */
export function refreshInputs(
  properties: Properties,
  inputs: PropertyMap,
  outputs: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const now = outputs[name];
      const property = properties[name];
      if (name === DEFAULTS_KEY || !property || isAbsent(now)) return [name, value];
      if (property.same?.(value, now)) return [name, value];
      return [name, refreshValue(property.kind, value, now)];
    }),
  );
}

function refreshValue(kind: Kind, value: PropertyValue, now: PropertyValue): PropertyValue {
  if (typeof kind === "string" || "map" in kind) return now;
  if ("block" in kind)
    return isMap(value) && isMap(now) ? refreshInputs(kind.block, value, now) : now;
  const inner = "list" in kind ? kind.list : kind.set;
  const unchanged =
    Array.isArray(value) &&
    Array.isArray(now) &&
    diffInputs(
      { type: "", bridge: "sdk", properties: { value: { kind } } },
      { value: now },
      { value },
    ).changed.length === 0;
  if (unchanged || !Array.isArray(value) || !Array.isArray(now)) return unchanged ? value : now;
  return now.map((item, index) =>
    index < value.length ? refreshValue(inner, value[index]!, item) : item,
  );
}
