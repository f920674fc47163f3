import { unsupported } from "../errors.ts";
import type { Provider } from "../provider.ts";

/** The packages that the offline engine has a provider for. */
export const packages = ["random", "tls", "command", "docker", "kubernetes"] as const;
export type PackageName = (typeof packages)[number];

/** A new provider of a package, loaded only now: a run that uses no certificates does not pay for them. */
export async function loadProvider(name: PackageName): Promise<Provider> {
  switch (name) {
    case "random":
      return (await import("./random/provider.ts")).randomProvider();
    case "tls":
      return (await import("./tls/provider.ts")).tlsProvider();
    case "command":
      return (await import("./command/provider.ts")).commandProvider();
    case "docker":
      return (await import("./docker/provider.ts")).dockerProvider();
    case "kubernetes":
      return (await import("./kubernetes/provider.ts")).kubernetesProvider();
    default:
      throw unsupported(`package ${String(name)}`, `it has: ${packages.join(", ")}`);
  }
}
