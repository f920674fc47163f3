/** Property paths as Pulumi writes them: `a.b[0]["c.d"]` and `*` for every element. */
import { Secret, isObject, type Value, type Values } from "./property.ts";

export type Path = readonly (string | number)[];

export function parsePath(text: string): Path {
  const out: (string | number)[] = [];
  const part = /\.?([^.[\]"]+)|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\]/y;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) throw new Error(`property path "${text}" is malformed`);
    if (match[1] !== undefined) out.push(match[1]);
    else if (match[2] !== undefined) out.push(Number(match[2]));
    else if (match[3] !== undefined) out.push(match[3].replaceAll(/\\(.)/g, "$1"));
    else out.push("*");
  }
  return out;
}

/** True when `pattern` (may hold `*`) names `path` or something that it is inside of. */
export function covers(pattern: Path, path: Path): boolean {
  return (
    pattern.length <= path.length &&
    pattern.every((step, i) => step === "*" || String(step) === String(path[i]))
  );
}

const open = (value: Value | undefined): Value | undefined =>
  value instanceof Secret ? value.value : value;
const rewrap = (was: Value | undefined, now: Value): Value =>
  was instanceof Secret ? new Secret(now) : now;

/** `news` with what the path names put back to what `olds` has there. */
export function reset(path: Path, olds: Value | undefined, news: Value): Value {
  const [head, ...rest] = path;
  if (head === undefined) return olds === undefined ? news : olds;
  const from = open(olds);
  const to = open(news);
  if (Array.isArray(to)) {
    if (!Array.isArray(from)) return news;
    return rewrap(
      news,
      to.map((v, i) => (head === "*" || i === Number(head) ? reset(rest, from[i], v) : v)),
    );
  }
  if (!isObject(to)) return news;
  const source: Values = isObject(from) ? from : {};
  const out: Values = { ...to };
  const keys =
    head === "*" ? new Set([...Object.keys(to), ...Object.keys(source)]) : [String(head)];
  for (const key of keys) {
    if (rest.length === 0) {
      if (Object.hasOwn(source, key)) out[key] = source[key]!;
      else Reflect.deleteProperty(out, key);
    } else if (Object.hasOwn(to, key)) out[key] = reset(rest, source[key], to[key]!);
  }
  return rewrap(news, out);
}
