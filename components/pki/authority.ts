import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface CertificateAuthorityArgs {
  /** Name that the certificate carries, so that a person who finds the file knows what it belongs to. */
  readonly commonName: string;
  /**
   * How long the authority is valid, in days. Changing it makes a new authority and with it every certificate; clients
   * that verify need the new CA file. @default 3650
   */
  readonly validityDays?: number;
}

const HOURS_A_DAY = 24;

/** A private certificate authority, whose key lives in the stack's encrypted state and nowhere else. */
export class CertificateAuthority extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:pki:CertificateAuthority";
  /** The authority's certificate, in PEM: what a client needs to verify a server. */
  readonly certificatePem: pulumi.Output<string>;
  /** @internal Signs certificates; secret. */
  readonly privateKeyPem: pulumi.Output<string>;

  constructor(
    name: string,
    args: CertificateAuthorityArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(CertificateAuthority.__pulumiType, name, { commonName: args.commonName }, options);
    const key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { parent: this },
    );
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName, organization: "Synfleet" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        validityPeriodHours: (args.validityDays ?? 3650) * HOURS_A_DAY,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.registerOutputs({ certificatePem: this.certificatePem });
  }
}
