/** Values and their differences as the CLI prints them: indented, marked, secrets masked. */
import { parse } from "yaml";
import { Secret, UNKNOWN, isObject, type Value, type Values } from "../values/property.ts";
import {
  diffValues,
  isInternal,
  sizeOf,
  type ObjectDiff,
  type ValueDiff,
} from "../values/object-diff.ts";
import { diffLines } from "./text-diff.ts";
import { wordsOf, type Paint } from "./words.ts";
import type { Op } from "../deployment/events.ts";

export interface PrintOptions {
  readonly paint: Paint;
  readonly preview: boolean;
  readonly showSecrets: boolean;
  /** Long texts are cut, as all commands but refresh do. */
  readonly cut: boolean;
  /** What stays as it is has no line. */
  readonly changesOnly?: boolean;
}

interface Place {
  readonly indent: number;
  readonly op: Op;
  /** Lines begin with the mark of the operation. */
  readonly prefix: boolean;
}
type Title = (place: Place) => string;

/** Nothing, or next to it, is not worth a line. */
export function worthPrinting(value: Value | undefined): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}

/** A string in double quotes, with what Go's %q escapes. */
export const quote = (text: string): string =>
  JSON.stringify(text).replaceAll("\\b", "\\b").replaceAll("\x7f", "\\x7f");

const SHOWN_LINES = 3;
const SHOWN_COLUMNS = 150;

/** At most three lines, each of at most 150 characters. */
export function cutText(text: string): string {
  const all = text.split("\n");
  const lines = all
    .slice(0, SHOWN_LINES)
    .map((line) => (line.length > SHOWN_COLUMNS ? `${line.slice(0, SHOWN_COLUMNS)}...` : line));
  return [...lines, ...(all.length > SHOWN_LINES ? ["..."] : [])].join("\n");
}

const isPrimitive = (v: Value): boolean => !Array.isArray(v) && !isObject(v);

function numberText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  return String(value);
}

export class Printer {
  private readonly options: PrintOptions;

  constructor(options: PrintOptions) {
    this.options = options;
  }

  private pad({ indent, op, prefix }: Place): string {
    const spaces = "    ".repeat(indent);
    return prefix ? `${spaces.slice(0, -2)}${wordsOf(op).raw}` : spaces;
  }

  private colored({ op }: Place, text: string): string {
    return op === "same" ? text : this.options.paint(wordsOf(op).color, text);
  }

  title(key: string, width: number): Title {
    return (place) => this.colored(place, `${this.pad(place)}${key.padEnd(width)}: `);
  }

  object(values: Values, place: Place): string {
    const keys = Object.keys(values).sort();
    const width = Math.max(0, ...keys.map((k) => k.length));
    return keys
      .filter((key) => !isInternal(key))
      .map((key) => this.title(key, width)(place) + this.line(values[key]!, place))
      .join("");
  }

  line(value: Value, place: Place): string {
    return `${this.value(value, place)}\n`;
  }

  private value(value: Value, place: Place): string {
    if (value instanceof Secret && this.options.showSecrets) return this.value(value.value, place);
    const end = "    ".repeat(place.indent);
    if (Array.isArray(value)) {
      if (value.length === 0) return "[]";
      const inner = { ...place, indent: place.indent + 1 };
      const items = value.map(
        (v, i) => `${this.colored(place, `${this.pad(place)}    [${i}]: `)}${this.line(v, inner)}`,
      );
      return `[\n${items.join("")}${end}]`;
    }
    if (isObject(value)) {
      if (Object.keys(value).length === 0) return "{}";
      return `{\n${this.object(value, { ...place, indent: place.indent + 1 })}${end}}`;
    }
    return this.colored(place, this.primitive(value, place));
  }

  private primitive(value: Value, place: Place): string {
    if (value === null) return "<null>";
    if (value === UNKNOWN) return "[unknown]";
    if (value instanceof Secret) return "[secret]";
    if (typeof value === "number") return numberText(value);
    if (typeof value !== "string") return String(value);
    const decoded = decode(value);
    // The CLI ends what it decoded with a line of its own.
    if (decoded) return `(${decoded.kind}) ${this.line(decoded.value, place)}`;
    return quote(this.options.cut ? cutText(value) : value);
  }

  objectDiff(diff: ObjectDiff, place: Place, include?: readonly string[]): string {
    const keys = keysOf(diff).filter((key) => !include?.length || include.includes(key));
    const width = Math.max(0, ...keys.map((k) => k.length));
    return keys.map((key) => this.property(key, width, diff, place)).join("");
  }

  property(key: string, width: number, diff: ObjectDiff, place: Place): string {
    const title = this.title(key, width);
    const { adds, deletes, updates, sames } = diff;
    if (adds.has(key)) return this.marked("create", adds.get(key)!, title, place);
    if (deletes.has(key)) return this.marked("delete", deletes.get(key)!, title, place);
    const update = updates.get(key);
    if (update) return this.valueDiff(title, update, place);
    const same = sames.get(key);
    if (this.options.changesOnly || !worthPrinting(same)) return "";
    const quiet: Place = { ...place, op: "same", prefix: false };
    return title(quiet) + this.line(same!, quiet);
  }

  private marked(op: Op, value: Value, title: Title, place: Place): string {
    const inside: Place = { ...place, op, prefix: true };
    return title(inside) + this.line(value, inside);
  }

  valueDiff(title: Title, diff: ValueDiff, outer: Place): string {
    const place: Place = { ...outer, op: "update", prefix: true };
    const end = "    ".repeat(place.indent);
    const bare = (v: Value): Value => (v instanceof Secret ? v.value : v);
    const { old, now } = diff;
    if (this.options.showSecrets && (old instanceof Secret || now instanceof Secret)) {
      const inner = diffValues(bare(old), bare(now));
      if (inner) return this.valueDiff(title, inner, outer);
    }
    if (diff.array) {
      const { adds, deletes, updates, sames } = diff.array;
      const lines = Array.from({ length: sizeOf(diff.array) }, (_, i) => {
        const inside = { ...place, indent: place.indent + 2 };
        const name: Title = (at) =>
          this.colored(at, `${this.pad({ ...at, indent: at.indent - 1 })}[${i}]: `);
        if (adds.has(i)) return this.marked("create", adds.get(i)!, name, inside);
        if (deletes.has(i)) return this.marked("delete", deletes.get(i)!, name, inside);
        if (updates.has(i)) return this.valueDiff(name, updates.get(i)!, inside);
        if (this.options.changesOnly || !sames.has(i)) return "";
        const quiet: Place = { ...inside, op: "same", prefix: false };
        return name(quiet) + this.line(sames.get(i)!, quiet);
      });
      return `${title(place)}[\n${lines.join("")}${end}]\n`;
    }
    if (diff.object)
      return `${title(place)}{\n${this.objectDiff(diff.object, { ...place, indent: place.indent + 1 })}${end}}\n`;
    const [showOld, showNow] = [worthPrinting(old), worthPrinting(now)];
    if (showOld && showNow && isPrimitive(old) && isPrimitive(now)) {
      if (typeof old === "string" && typeof now === "string")
        return title(place) + this.textDiff(old, now, place);
      const before: Place = { ...place, op: "delete" };
      const after: Place = { ...place, op: "create" };
      return `${title(place)}${this.value(old, before)} => ${this.value(now, after)}\n`;
    }
    return (
      (showOld ? this.marked("delete", old, title, place) : "") +
      (showNow ? this.marked("create", now, title, place) : "")
    );
  }

  private textDiff(old: string, now: string, place: Place): string {
    const [before, after] = [decode(old), decode(now)];
    if (before && after) {
      const diff = diffValues(before.value, after.value);
      if (!diff) return this.textDiff(quote(old), quote(now), place);
      const kind = before.kind === after.kind ? before.kind : `${before.kind} => ${after.kind}`;
      return `(${kind}) ${this.valueDiff(() => "", diff, place)}`;
    }
    if (!old.includes("\n") && !now.includes("\n"))
      return `${this.colored({ ...place, op: "delete" }, quote(old))} => ${this.colored({ ...place, op: "create" }, quote(now))}\n`;
    const inside = { ...place, indent: place.indent + 1 };
    const lines = diffLines(old, now).map(({ op, text }) => {
      const at: Place = { ...inside, op, prefix: op !== "same" };
      return this.colored(at, `${this.pad(at)}${this.options.cut ? cutText(text) : text}`);
    });
    return `\n${lines.map((l) => `${l}\n`).join("")}`;
  }
}

export function keysOf(diff: ObjectDiff): string[] {
  const all = [diff.adds, diff.deletes, diff.sames, diff.updates].flatMap((m) => [...m.keys()]);
  return [...new Set(all)].sort();
}

/** Text that is a JSON object or list, or YAML of several lines, is shown as what it says. */
function decode(text: string): { kind: "json" | "yaml"; value: Value } | undefined {
  const parsed = (kind: "json" | "yaml", read: (text: string) => unknown) => {
    try {
      const value = read(text.trim());
      if (typeof value === "object" && value !== null) return { kind, value: value as Value };
    } catch {
      // It is only text.
    }
    return undefined;
  };
  if (/^\s*[[{]/.test(text)) {
    const json = parsed("json", JSON.parse);
    if (json) return json;
  }
  // PEM and other long texts are not worth a parser's time.
  if (!/\n/.test(text.trim()) || !/^\s*(-\s|[\w"'.-]+:(\s|$)|[{[])/m.test(text)) return undefined;
  return parsed("yaml", (t) => parse(t) as unknown);
}
