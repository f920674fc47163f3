import type * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../platform/platform.ts";
import type { CertificateAuthority } from "./authority.ts";
import { Certificate } from "./certificate.ts";

/** Workloads that pass TLS on as it is: what is behind them must be good under their names too. */
export interface PassedThrough {
  readonly aliases: readonly string[];
  /** Of each, the host through whose published ports clients reach it. */
  readonly hosts: readonly string[];
}

export interface IssueArgs {
  /** The workload's name in the deployment; becomes the common name. */
  readonly alias: string;
  /** Hosts through whose published ports clients reach it. */
  readonly hosts: readonly string[];
  /** Names that it has besides its own. */
  readonly alsoKnownAs?: readonly string[];
  readonly passedThrough?: PassedThrough | undefined;
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
}

/** A certificate for a workload, good under every name by which it is reached. */
export function issue(args: IssueArgs, options: pulumi.ComponentResourceOptions): Certificate {
  const through = args.passedThrough ?? { aliases: [], hosts: [] };
  const reached = [
    ...args.hosts.map((host) => args.platform.advertised(host, args.alias)),
    ...through.hosts.map((host, index) =>
      args.platform.advertised(host, through.aliases[index] ?? args.alias),
    ),
  ];
  return new Certificate(
    `${args.alias}-tls`,
    {
      authority: args.authority,
      commonName: args.alias,
      dnsNames: unique([
        args.alias,
        ...(args.alsoKnownAs ?? []),
        ...through.aliases,
        ...reached.flatMap((by) => by.dnsNames),
      ]),
      ipAddresses: unique(reached.flatMap((by) => by.ipAddresses)),
    },
    options,
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
