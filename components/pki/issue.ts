import type * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../platform/platform.ts";
import type { CertificateAuthority } from "./authority.ts";
import { Certificate } from "./certificate.ts";

/** A certificate for the workload `alias`, good under its own name and under those of its host's published ports. */
export function issueFor(
  alias: string,
  host: string,
  platform: Platform,
  authority: CertificateAuthority,
  options: pulumi.ComponentResourceOptions,
  alsoKnownAs: readonly string[] = [],
): Certificate {
  const { dnsNames, ipAddresses } = platform.advertised(host);
  return new Certificate(
    `${alias}-tls`,
    {
      authority,
      commonName: alias,
      dnsNames: [alias, ...alsoKnownAs, ...dnsNames],
      ipAddresses,
    },
    options,
  );
}
