/** Takes secrets out of lines that the engine did not write: program output, provider messages, command output. */
import { Secret, isObject, type Value } from "../values/property.ts";

/** Shorter secrets would mask ordinary words. */
const SHORTEST = 5;

export class Redactor {
  private readonly known = new Set<string>();

  learn(value: Value | undefined, secret = false): void {
    if (value === undefined || value === null) return;
    if (value instanceof Secret) return this.learn(value.value, true);
    if (Array.isArray(value)) return value.forEach((v) => this.learn(v, secret));
    if (isObject(value)) return Object.values(value).forEach((v) => this.learn(v, secret));
    if (!secret || typeof value !== "string") return;
    // Text of several lines is printed line by line.
    for (const line of value.split("\n"))
      if (line.trim().length >= SHORTEST && !line.startsWith("-----")) this.known.add(line.trim());
  }

  clean(text: string): string {
    let out = text;
    for (const secret of this.known)
      if (out.includes(secret)) out = out.replaceAll(secret, "[secret]");
    return out;
  }
}
