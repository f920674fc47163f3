import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { WorkloadOptions, WorkloadSpec } from "../platform.ts";
import { awaitEnd, awaitStart, runAgain, settle, settleByRestart } from "./scripts.ts";
import { lines } from "./texts.ts";

const APPLY_COMMAND = "/usr/local/bin/apply";

interface Settled {
  readonly environment: Record<string, pulumi.Input<string>>;
  /** Tells one state of the files from another. */
  readonly files: pulumi.Input<string>;
  readonly container: pulumi.Input<string>;
}

/** What ends when a container does its part after it was made or given other files. */
export function settling(
  spec: WorkloadSpec,
  { peers, readyAlone = !peers, dependsOn = [] }: WorkloadOptions,
  { environment, files, container }: Settled,
): command.local.CommandArgs {
  if (spec.oneShot)
    return {
      // It runs again when its files change, or what it waits for was made anew or is more.
      ...{ create: awaitEnd, update: runAgain, delete: "true", triggers: [container] },
      environment: { ...environment, FILES: files, AFTER: idsOf(dependsOn) },
    };
  return {
    // Members of a set become ready together: the first waiting alone would wait for ever.
    create: readyAlone ? awaitStart : "true",
    update: (spec.reloads ?? true) ? settle : settleByRestart,
    delete: "true",
    environment: {
      ...environment,
      APPLY_COMMAND,
      HEALTHY_COMMAND: lines(spec.health),
      STOP_SECONDS: String(spec.stopSeconds),
      FILES: files,
    },
  };
}

/** The ids of what was made: another one tells that it was made anew. */
function idsOf(resources: readonly pulumi.Input<pulumi.Resource>[]): pulumi.Output<string> {
  const ids = resources.map((resource) =>
    pulumi.output(resource).apply((one) => (one instanceof pulumi.CustomResource ? one.id : "")),
  );
  return pulumi.all(ids).apply((texts) => texts.join(" "));
}
