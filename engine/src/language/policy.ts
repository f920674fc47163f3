import type { Deployment } from "../deployment/deployment.ts";
import { unsupported } from "../errors.ts";
export function startPolicies(
  _packs: readonly string[],
  _run: object,
  _deployment: Deployment,
  _preview: boolean,
): Promise<{ checkStack(): Promise<void>; close(): void }> {
  throw unsupported("the flag --policy-pack");
}
