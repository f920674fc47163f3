/** What looks like a secret where everybody can read it. Pure. */
import { Secret } from "@pulumi/policy";

const secretName =
  /(^|[_.-])(pass(word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|credentials?)($|[_.-])/i;
/** A name that says where the secret is, and not what it is. */
const pointsElsewhere = /(_|-|\.)(file|path|dir|name|user|id)$/i;
const secretOption =
  /^--?[\w.-]*(password|passwd|passphrase|secret|token|api-?key)[\w-]*(=(.+))?$/i;
const credentialUrl = /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** A variable, or a label, by its name and its value. */
export function looksSecret(name: string, value: string): boolean {
  if (credentialUrl.test(value) || privateKey.test(value)) return true;
  if (value === "" || value.startsWith("/")) return false;
  return secretName.test(name) && !pointsElsewhere.test(name);
}

/** What of a command line gives a secret, by the option or the position: never the secret itself. */
export function secretWords(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const [, , , value] = secretOption.exec(word) ?? [];
    const isOption = secretOption.test(word) && !pointsElsewhere.test(word.split("=")[0] ?? "");
    // The option's value is either behind the "=" or the next word.
    const given = value ?? (word.includes("=") ? undefined : words[index + 1]);
    if (isOption && given !== undefined && !given.startsWith("/") && !given.startsWith("-"))
      return [`${word.split("=")[0]} gives a secret`];
    if (credentialUrl.test(word) || privateKey.test(word))
      return [`word ${index} holds credentials`];
    return [];
  });
}

/** The SDK wraps properties to hide marks from readers; below the wrappers they are as they came. */
export function unwrapped(props: Record<string, unknown>): Record<string, unknown> {
  let at = props;
  while (at["__isSpecialProxy"] === true) {
    at = at["__getSpecialProxyTarget"] as Record<string, unknown>;
  }
  return at;
}

export function hasMark(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasMark);
  return typeof value === "object" && value !== null && Object.values(value).some(hasMark);
}
