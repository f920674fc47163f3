/** check and diff: what the inputs become, and what a change of them means. Decides from values alone. */
import type { Diff, PropertyMap } from "../../provider.ts";
import { covers, parsePath } from "../../values/path.ts";
import { changesOf, mergePatch } from "./diff.ts";
import { isGenerateName, isAutonamed, isNamed } from "./naming.ts";
import { normalizeInputs, prune } from "./normalize.ts";
import { apiVersionOf, kindOf, nameOf, namespaceOf, textAt, withAt, withoutAt } from "./objects.ts";
import { forceNewFields, type Mutability } from "./replace.ts";
import { parseCheckpoint } from "./state.ts";

export interface Question {
  readonly type: string;
  readonly oldOutputs: PropertyMap;
  readonly newInputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
  readonly isNamespaced: boolean;
  readonly mutability: Mutability;
}

/** Compares what the live object has of the old inputs with the new inputs, so that drift is seen and defaults are not. */
export function diffObjects(question: Question): Diff {
  const { inputs: oldInputs, live } = parseCheckpoint(question.oldOutputs);
  let news = normalizeInputs(question.newInputs);
  let olds = prune(live, normalizeInputs(oldInputs));
  news = withNamespace(news, question.isNamespaced);
  olds = withNamespace(olds, question.isNamespaced);
  if (!kindOf(olds) && !apiVersionOf(olds))
    olds = { ...olds, apiVersion: apiVersionOf(news), kind: kindOf(news) };
  if (textAt(olds, "metadata", "resourceVersion"))
    olds = withoutAt(olds, ["metadata", "resourceVersion"]);
  if (nameOf(news)) olds = withAt(olds, ["metadata", "name"], nameOf(live));

  const fields = forceNewFields(question.type, news, question.mutability);
  const ignored = question.ignoreChanges.map((path) => parsePath(path));
  const changes = changesOf(mergePatch(olds, news), olds, news, fields).filter(
    ({ path }) => !ignored.some((wanted) => covers(wanted, parsePath(path))),
  );
  const replaced = changes
    .filter(({ replaces, kind, path }) => replaces || (kind === "delete" && path === "metadata"))
    .map(({ path }) => path);
  const detailed = Object.fromEntries(changes.map(({ path, kind }) => [path, kind]));
  return {
    changed: changes.map(({ path }) => path),
    replaced,
    replacedFor: replaced,
    detailed,
    deleteBeforeReplace: replaced.length > 0 && mustGoFirst(news, live),
  };
}

/** Two objects cannot share the name that the user gave. */
export const mustGoFirst = (news: PropertyMap, live: PropertyMap): boolean =>
  isNamed(news) &&
  !isAutonamed(news) &&
  nameOf(news) === nameOf(live) &&
  namespaceOf(news) === namespaceOf(live);

function withNamespace(object: PropertyMap, isNamespaced: boolean): PropertyMap {
  if (!isNamespaced) return withoutAt(object, ["metadata", "namespace"]);
  return namespaceOf(object) || object["metadata"] === undefined || hasNoText(object)
    ? object
    : withAt(object, ["metadata", "namespace"], "default");
}

/** A namespace that is not known yet stays so. */
const hasNoText = (object: PropertyMap): boolean => {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return true;
  const given = metadata["namespace"];
  return given !== undefined && typeof given !== "string";
};

/** Complaints about inputs that no server has to be asked for. */
export function refuseInputs(object: PropertyMap, isPatched: boolean): void {
  if (isPatched && !isNamed(object))
    throw new Error("patch resources require the `.metadata.name` field to be set");
  if (isGenerateName(object))
    throw new Error(
      "the `.metadata.generateName` field is not supported in Server-Side Apply mode",
    );
}
