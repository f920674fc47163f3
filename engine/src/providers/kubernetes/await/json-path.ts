/** The part of JSONPath (RFC 9535) that waiting for a field needs: names, indexes, wildcards and comparisons. */
import type { PropertyValue } from "../../../provider.ts";
import { isMap } from "../objects.ts";

type Selector =
  | { readonly key: string }
  | { readonly index: number }
  | { readonly all: true }
  | { readonly where: readonly Selector[]; readonly value: PropertyValue | undefined };

export interface Expression {
  /** As the user wrote it, for messages. */
  readonly text: string;
  readonly path: readonly Selector[];
  /** What must be found; "" for anything. */
  readonly value: string;
}

/** Parses "jsonpath={.status.phase}=Running". */
export function parseExpression(raw: string): Expression {
  const text = raw.slice("jsonpath=".length);
  const match = /^(?<path>(?:[^=]|==)*)(?:=(?<value>(?:[^=]|==)*))?$/s.exec(text);
  const path = match?.groups?.["path"];
  const value = match?.groups?.["value"];
  if (path === undefined)
    throw new Error(`format should be {.path}=value or {.path}, got ${JSON.stringify(text)}`);
  if (value === "") throw new Error(`${path}= requires a value`);
  if (path.startsWith("'") && path.endsWith("'"))
    throw new Error(`${path} should omit shell quotes`);
  const inner = /\{\s*(.*?)\s*\}/s.exec(path)?.[1];
  if (inner === undefined) throw new Error(`${path} should be wrapped in brackets { ... }`);
  return { text: path, path: parsePath(inner.replace(/^\$/, ""), path), value: value ?? "" };
}

const parts: readonly [RegExp, (match: RegExpExecArray, whole: string) => Selector][] = [
  [/^\.([A-Za-z_][\w-]*)/, ([, key]) => ({ key: key! })],
  [/^\[\s*'((?:[^'\\]|\\.)*)'\s*\]/, ([, key]) => ({ key: key!.replace(/\\(.)/g, "$1") })],
  [/^\[\s*"((?:[^"\\]|\\.)*)"\s*\]/, ([, key]) => ({ key: key!.replace(/\\(.)/g, "$1") })],
  [/^\[\s*(-?\d+)\s*\]/, ([, index]) => ({ index: Number(index) })],
  [/^(?:\.\*|\[\s*\*\s*\])/, () => ({ all: true })],
  [
    /^\[\s*\?\s*\(?\s*@((?:\.[A-Za-z_][\w-]*)+)\s*(?:==\s*("[^"]*"|'[^']*'|true|false|-?\d+)\s*)?\)?\s*\]/,
    ([, inner, literal], whole) => ({
      where: parsePath(inner!, whole),
      value: literal === undefined ? undefined : parseLiteral(literal),
    }),
  ],
];

const parseLiteral = (text: string): PropertyValue =>
  /^["']/.test(text) ? text.slice(1, -1) : (JSON.parse(text) as PropertyValue);

function parsePath(text: string, whole: string): Selector[] {
  const path: Selector[] = [];
  let rest = text;
  while (rest !== "") {
    const found = parts
      .map(([pattern, make]) => ({ match: pattern.exec(rest), make }))
      .find(({ match }) => match !== null);
    if (!found?.match)
      throw new Error(
        `parsing ${JSON.stringify(whole)}: at ${JSON.stringify(rest)}; the offline engine knows .name, ['name'], [0], [*] ` +
          "and [?(@.name=='value')]",
      );
    path.push(found.make(found.match, whole));
    rest = rest.slice(found.match[0].length);
  }
  return path;
}

export function select(value: PropertyValue, path: readonly Selector[]): PropertyValue[] {
  const [first, ...rest] = path;
  if (!first) return [value];
  return step(value, first).flatMap((inner) => select(inner, rest));
}

function step(value: PropertyValue, selector: Selector): PropertyValue[] {
  const children = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
  if ("all" in selector) return children;
  if ("where" in selector)
    return children.filter((child) => {
      const found = select(child, selector.where);
      return selector.value === undefined ? found.length > 0 : found[0] === selector.value;
    });
  if ("index" in selector) {
    const item = Array.isArray(value) ? value.at(selector.index) : undefined;
    return item === undefined ? [] : [item];
  }
  return isMap(value) && selector.key in value ? [value[selector.key]!] : [];
}

export interface Match {
  readonly isMatch: boolean;
  readonly message: string;
}

export function matchExpression(object: PropertyValue, expression: Expression): Match {
  const { text, value, path } = expression;
  const wanted = value ? `${text}=${value}` : text;
  const [found] = select(object, path);
  if (found === undefined) return { isMatch: false, message: `${text} selected nothing` };
  if (typeof found === "object" && found !== null) {
    if (value)
      throw new Error(
        `${JSON.stringify(text)} has a non-primitive value (${JSON.stringify(found)})`,
      );
    return { isMatch: true, message: `Found ${wanted}` };
  }
  const isMatch = value === "" || value === String(found);
  return {
    isMatch,
    message: isMatch ? `Found ${wanted}` : `Waiting for ${wanted} (found "${String(found)}")`,
  };
}
