import * as pulumi from "@pulumi/pulumi";
import type { SharedVolume, WorkloadSpec } from "../platform.ts";
import { archive } from "./archive.ts";

/** A word a line, as the scripts take commands. */
export function lines(command: readonly string[] = []): string {
  return command.join("\n");
}

/** Here they are workloads of their own. */
export function refuseCompanions({ alias, companions = [], volumes }: WorkloadSpec): void {
  const names = [...companions, ...volumes.filter(({ within }) => within)].map(({ name }) => name);
  if (names.length === 0) return;
  throw new Error(
    `${alias}: got ${names.join(", ")} as companions; allowed on Docker: none. Make workloads of them, with a volume that they share.`,
  );
}

export function elsewhere({ alias, host }: WorkloadSpec, shared: SharedVolume): string {
  return `volume ${shared.name}: got it for ${alias} on host ${host}, but it is on ${shared.host}; allowed: one of ${host}.`;
}

/** Secret as soon as one of the files is: the mark travels with the contents. */
export function archiveOf(spec: WorkloadSpec): pulumi.Output<string> {
  const entries = Object.entries(spec.files).map(([path, file]) =>
    pulumi.output(file.content).apply((content) => ({
      path,
      content: file.base64 ? Buffer.from(content, "base64") : content,
      secret: file.secret ?? false,
    })),
  );
  const archived = pulumi.all(entries).apply((all) => archive(all, spec.user));
  return Object.values(spec.files).some((file) => file.secret) ? pulumi.secret(archived) : archived;
}
