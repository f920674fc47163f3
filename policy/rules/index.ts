import { containerHardened } from "./container-hardened.ts";
import { containerPortsLoopback } from "./container-ports-loopback.ts";
import { containerSecretsAsFiles } from "./container-secrets-as-files.ts";
import { postgresNodeHasVolume } from "./postgres-node-has-volume.ts";
import { podHardened } from "./pod-hardened.ts";
import { podSecretsAsFiles } from "./pod-secrets-as-files.ts";
import { volumeProtected } from "./volume-protected.ts";

export {
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
  podHardened,
  podSecretsAsFiles,
  postgresNodeHasVolume,
  volumeProtected,
};

/** Every rule, for a pack that wants them all. */
export const rules = [
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
  podHardened,
  podSecretsAsFiles,
  postgresNodeHasVolume,
  volumeProtected,
] as const;
