import { containerHardened } from "./container-hardened.ts";
import { containerPortsLoopback } from "./container-ports-loopback.ts";
import { containerSecretsAsFiles } from "./container-secrets-as-files.ts";
import { postgresNodeHasVolume } from "./postgres-node-has-volume.ts";
import { podHardened } from "./pod-hardened.ts";
import { volumeProtected } from "./volume-protected.ts";

export {
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
  podHardened,
  postgresNodeHasVolume,
  volumeProtected,
};

/** Every rule, for a pack that wants them all. */
export const rules = [
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
  podHardened,
  postgresNodeHasVolume,
  volumeProtected,
] as const;
