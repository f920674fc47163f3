import type { PropertyMap } from "../../provider.ts";
import { isAbsent, isMap } from "../schema.ts";

/** What the single properties of a container cannot say about each other. */
export function containerRules(inputs: PropertyMap): { property: string; reason: string }[] {
  const items = (name: string) => {
    const value = inputs[name];
    return (Array.isArray(value) ? value : []).map((item, index) => ({
      item: isMap(item) ? item : {},
      path: `${name}[${index}]`,
    }));
  };
  const given = (item: PropertyMap, ...names: string[]) =>
    names.filter((name) => !isAbsent(item[name]) && item[name] !== "");
  const failures = [];
  for (const { item, path } of items("uploads")) {
    const sources = given(item, "content", "contentBase64", "source");
    if (sources.length !== 1)
      failures.push({
        property: path,
        reason: `has ${sources.length ? sources.join(" and ") : "no content"}; allowed: exactly one of content, contentBase64, source; keep one`,
      });
  }
  for (const { item, path } of items("volumes"))
    if (given(item, "containerPath", "fromContainer").length !== 1)
      failures.push({
        property: path,
        reason: `has ${given(item, "containerPath", "fromContainer").join(" and ") || "neither containerPath nor fromContainer"}; allowed: exactly one of them; keep one`,
      });
  return failures;
}
