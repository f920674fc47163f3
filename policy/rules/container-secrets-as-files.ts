import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { hasMark, looksSecret, secretWords, unwrapped } from "./secrets.ts";
import { containerOf, containerType, serviceType } from "./types.ts";

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
    for (const entry of container.envs ?? []) {
      const [name = "", ...rest] = entry.split("=");
      if (looksSecret(name, rest.join("="))) report(`envs: ${name} holds a secret. ${remedy}`);
    }
    for (const key of ["command", "entrypoints"] as const) {
      for (const found of secretWords(container[key] ?? [])) report(`${key}: ${found}. ${remedy}`);
    }
    for (const { label, value } of container.labels ?? []) {
      if (looksSecret(label, value)) report(`labels: ${label} holds a secret. ${remedy}`);
    }
  },
};

const remedy = "Write it to a secret file of the container and give its path.";

/** What a service's container is made from. A secret in the place of the whole is one in each part. */
function specOf(service: Record<string, unknown>): Record<string, unknown> {
  const part = (whole: unknown, key: string): unknown =>
    whole instanceof Secret ? whole : (whole as Record<string, unknown> | undefined)?.[key];
  const spec = part(service["taskSpec"], "containerSpec");
  return Object.fromEntries(shownOfServices.map((key) => [key, part(spec, key)]));
}
