import { type ReportViolation, type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { type ContainerProps, containerOf, containerType, serviceType } from "./types.ts";

const secretName =
  /(^|[_.-])(pass(word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|credentials?)($|[_.-])/i;
/** A name that says where the secret is, and not what it is. */
const pointsElsewhere = /(_|-|\.)(file|path|dir|name|user|id)$/i;
const secretOption =
  /^--?[\w.-]*(password|passwd|passphrase|secret|token|api-?key)[\w-]*(=(.+))?$/i;
const credentialUrl = /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const shownProperties = ["envs", "command", "entrypoints", "labels"] as const;
/** The same of a service's container, by the names that they have there. */
const shownOfServices = ["env", "commands", "args", "labels"] as const;
const marked = new Map<string, readonly string[]>();

/**
 * Environment, arguments and labels are shown by `docker inspect`, and arguments by `ps` to everybody on
 * the host. Secrets travel as files.
 */
export const containerSecretsAsFiles: ResourceValidationPolicy = {
  name: "container-secrets-as-files",
  description: "No secret in the environment, the arguments or the labels of a container.",
  severity: "critical",
  // The SDK hands out the marks of secrets only to remediations, and calls those first. Nothing is
  // remedied here: what is marked is remembered for the validation, which then counts as mandatory.
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    if (args.type !== containerType && args.type !== serviceType)
      args.notApplicable("not a container");
    const { shown, keys } =
      args.type === serviceType
        ? { shown: specOf(unwrapped(args.props)), keys: shownOfServices }
        : { shown: unwrapped(args.props), keys: shownProperties };
    marked.set(
      args.urn,
      keys.filter((key) => hasMark(shown[key])),
    );
  },
  validateResource: (args, report) => {
    const container = containerOf(args);
    for (const key of marked.get(args.urn) ?? []) {
      report(`${key} holds a value that is marked as secret. ${remedy}`);
    }
    checkEnvironment(container, report);
    for (const key of ["command", "entrypoints"] as const) {
      checkWords(key, container[key] ?? [], report);
    }
    for (const { label, value } of container.labels ?? []) {
      if (looksSecret(label, value)) report(`labels: ${label} holds a secret. ${remedy}`);
    }
  },
};

const remedy = "Write it to a secret file of the container and give its path.";

function checkEnvironment({ envs }: ContainerProps, report: ReportViolation): void {
  for (const entry of envs ?? []) {
    const [name = "", ...rest] = entry.split("=");
    if (looksSecret(name, rest.join("="))) report(`envs: ${name} holds a secret. ${remedy}`);
  }
}

function checkWords(key: string, words: readonly string[], report: ReportViolation): void {
  words.forEach((word, index) => {
    const [, , , value] = secretOption.exec(word) ?? [];
    const isOption = secretOption.test(word) && !pointsElsewhere.test(word.split("=")[0] ?? "");
    // The option's value is either behind the "=" or the next word.
    const given = value ?? (word.includes("=") ? undefined : words[index + 1]);
    if (isOption && given !== undefined && !given.startsWith("/") && !given.startsWith("-")) {
      report(`${key}: ${word.split("=")[0]} gives a secret. ${remedy}`);
    } else if (credentialUrl.test(word) || privateKey.test(word)) {
      report(`${key}: word ${index} holds credentials. ${remedy}`);
    }
  });
}

function looksSecret(name: string, value: string): boolean {
  if (credentialUrl.test(value) || privateKey.test(value)) return true;
  if (value === "" || value.startsWith("/")) return false;
  return secretName.test(name) && !pointsElsewhere.test(name);
}

/** The SDK wraps properties to hide marks from readers; below the wrappers they are as they came. */
function unwrapped(props: Record<string, unknown>): Record<string, unknown> {
  let at = props;
  while (at["__isSpecialProxy"] === true) {
    at = at["__getSpecialProxyTarget"] as Record<string, unknown>;
  }
  return at;
}

/** What a service's container is made from. A secret in the place of the whole is one in each part. */
function specOf(service: Record<string, unknown>): Record<string, unknown> {
  const part = (whole: unknown, key: string): unknown =>
    whole instanceof Secret ? whole : (whole as Record<string, unknown> | undefined)?.[key];
  const spec = part(service["taskSpec"], "containerSpec");
  return Object.fromEntries(shownOfServices.map((key) => [key, part(spec, key)]));
}

function hasMark(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasMark);
  return typeof value === "object" && value !== null && Object.values(value).some(hasMark);
}
