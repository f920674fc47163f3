import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost, DockerPlatformArgs } from "./args.ts";
import type { Preparation } from "./preparation.ts";
import { engineOf, sshOptions } from "./reach.ts";

/** A host with its Docker Engine. */
export interface Site {
  readonly host: DockerHost;
  /** Where its Docker Engine listens: what tells machines apart. */
  readonly engine: string;
  /** The same, as soon as there is one to listen. */
  readonly reach: pulumi.Input<string>;
  /** For what belongs to the host alone. */
  readonly provider: docker.Provider;
}

/** @param preparation none where hosts are taken as they are */
export function openSite(
  name: string,
  host: DockerHost,
  preparation: Preparation | undefined,
  parent: pulumi.Resource,
): Site {
  const engine = engineOf(host);
  const reach = preparation?.prepare(name, host, parent) ?? engine;
  return { host, engine, reach, provider: providerOf(name, host, reach, parent) };
}

/** What talks to the host's engine. */
export function providerOf(
  name: string,
  host: DockerHost,
  reach: pulumi.Input<string>,
  parent: pulumi.Resource,
): docker.Provider {
  const sshOpts = sshOptions(host);
  const args = { host: reach, ...(sshOpts.length > 0 && { sshOpts }) };
  return new docker.Provider(name, args, { parent });
}

/** Names and addresses by which clients may call what is on the host. */
export function advertisedOn({ address, privateAddress }: DockerHost) {
  const own = [address, privateAddress].filter((at) => at !== undefined);
  return { dnsNames: ["localhost"], ipAddresses: [...new Set(["127.0.0.1", ...own])] };
}

/** What everything of a deployment is labelled with. */
export function labelsOf(args: Pick<DockerPlatformArgs, "prefix" | "labels">) {
  const labels = { "org.synfleet.fleet": args.prefix, ...args.labels };
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
