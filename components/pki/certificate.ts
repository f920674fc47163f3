import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { FileSpec } from "../platform/platform.ts";
import type { CertificateAuthority } from "./authority.ts";

export interface CertificateArgs {
  readonly authority: CertificateAuthority;
  /** Identity as a client: PostgreSQL and etcd decide by it who a connection is. */
  readonly commonName: string;
  /** Names under which it is reached as a server. Changing them makes a new certificate, which is a reload. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** How long it is valid, in days. @default 825 */
  readonly validityDays?: number;
  /** From how many days before its end on the next `up` renews it, which is a reload. @default 120 */
  readonly renewalDays?: number;
}

const HOURS_A_DAY = 24;

/** A key and a certificate for one workload, good as server and as client, signed by the deployment's authority. */
export class Certificate extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:pki:Certificate";
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  readonly #authorityPem: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    super(Certificate.__pulumiType, name, { commonName: args.commonName }, options);
    const key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { parent: this },
    );
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName, organization: "Synfleet" },
        dnsNames: [...args.dnsNames],
        ipAddresses: [...args.ipAddresses],
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: args.authority.privateKeyPem,
        caCertPem: args.authority.certificatePem,
        setSubjectKeyId: true,
        validityPeriodHours: (args.validityDays ?? 825) * HOURS_A_DAY,
        earlyRenewalHours: (args.renewalDays ?? 120) * HOURS_A_DAY,
        allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.#authorityPem = args.authority.certificatePem;
    this.registerOutputs({ certificatePem: this.certificatePem });
  }

  /** The files by which a workload proves who it is and verifies the others. */
  files(): Record<string, FileSpec> {
    return {
      "tls/ca.crt": { content: this.#authorityPem },
      "tls/node.crt": { content: this.certificatePem },
      "tls/node.key": { content: this.privateKeyPem, secret: true },
    };
  }
}
