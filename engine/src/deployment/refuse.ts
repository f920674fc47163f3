/** What this engine leaves to the CLI is refused before anything is done with it, by the name that finds it in the program. */
import { unsupported } from "../errors.ts";
import type { Provider } from "../provider.ts";
import type { DeploymentContext } from "./context.ts";
import type { Resource } from "./resource.ts";
import { isProviderType } from "./urn.ts";

export function refuseType(
  provider: Provider,
  { urn, type }: Pick<Resource, "urn" | "type">,
): void {
  const served = provider.refuses?.(type);
  if (served !== undefined) throw unsupported(`${urn}: resource type ${type}`, served);
}

/** A version behaves like another of the same major number that is not older than it. */
export function refuseVersion({ name, version: has, onlyVersion }: Provider, wanted: string): void {
  if (onlyVersion !== undefined && wanted !== "" && wanted.replace(/^v/, "") !== onlyVersion)
    throw unsupported(
      `no resource plugin 'pulumi-resource-${name}' found at version v${wanted}: that version`,
      `the project has ${name} ${onlyVersion}`,
    );
  if (has === undefined || wanted === "" || serves(has, wanted)) return;
  const [major, minor] = has.split(".");
  throw unsupported(
    `no resource plugin 'pulumi-resource-${name}' found at version v${wanted}: that version`,
    `it has ${name} ${has} and takes ${major}.0 to ${major}.${minor}`,
  );
}

export function serves(has: string, wanted: string): boolean {
  const [major, minor] = has.split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.replace(/^v/, "").split(".").map(Number);
  // What is no version at all is for the CLI to judge.
  return wantedMajor === major && (wantedMinor ?? 0) <= minor!;
}

/** A state may come from the CLI, which knows more: better no run than one that ends at the last step. */
export async function refuseState(context: DeploymentContext): Promise<void> {
  for (const r of context.found) {
    if (!r.custom || isProviderType(r.type) || r.pendingReplacement || !context.scope.includes(r))
      continue;
    try {
      refuseType(await context.registry.ofPackage(r.type), r);
    } catch (error) {
      context.failOf(r.urn, error);
    }
  }
}
