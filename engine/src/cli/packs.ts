/** The policy packs of a run: asked for by flags, started along with the program, waited for before the run begins. */
import type { Display } from "../display/display.ts";
import type { PackPlace } from "../language/policy-process.ts";
import type { PackRequest, StartedPack, StartedPacks } from "../language/policy-start.ts";
import type { Session } from "./session.ts";

export async function askedPacks(session: Session): Promise<PackRequest[]> {
  const directories = session.arguments.list("policy-pack");
  const configs = session.arguments.list("policy-pack-config");
  if (directories.length === 0 && configs.length === 0) return [];
  return (await import("../language/policy-start.ts")).pairPacks(directories, configs);
}

export async function launchPacks(
  requests: readonly PackRequest[],
  place: PackPlace,
): Promise<{ readonly packs: StartedPacks } | undefined> {
  if (requests.length === 0) return undefined;
  const { startPacks } = await import("../language/policy-start.ts");
  const packs = startPacks(requests, place);
  // Who waits for them hears of it.
  packs.catch(() => {});
  return { packs };
}

/** Tells what is wrong with the configuration of any, and throws. */
export async function awaitPacks(
  packs: StartedPacks | undefined,
  { emit }: Display,
): Promise<readonly StartedPack[]> {
  if (!packs) return [];
  emit({ kind: "loading" });
  try {
    return await packs;
  } catch (error) {
    const { InvalidPolicyConfig } = await import("../language/policy-start.ts");
    if (error instanceof InvalidPolicyConfig)
      for (const message of error.problems)
        emit({ kind: "diagnostic", severity: "error", urn: "", message });
    throw error;
  }
}
