import * as pulumi from "@pulumi/pulumi";
import { awaitEnd, runAgain } from "./scripts.ts";

/** How a one-shot is waited for. It runs again when its files change, or what it waits for was made anew or is more. */
export const oncePrograms = { create: awaitEnd, update: runAgain, delete: "true" };

/** The ids of what was made: another one tells that it was made anew. */
export function idsOf(resources: readonly pulumi.Input<pulumi.Resource>[]): pulumi.Output<string> {
  const ids = resources.map((resource) =>
    pulumi.output(resource).apply((one) => (one instanceof pulumi.CustomResource ? one.id : "")),
  );
  return pulumi.all(ids).apply((texts) => texts.join(" "));
}
