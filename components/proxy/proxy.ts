import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import { HTTPS_PORT } from "./conf.ts";
import { proxySpec, type ProxySpecArgs } from "./spec.ts";

/** Browsers name none. */
const SITE_PORT = 443;

export interface HttpProxyArgs extends Omit<ProxySpecArgs, "alias" | "files" | "sitePort"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** DNS names of the site, for a certificate of the deployment's authority. Reload. @default - only the host's */
  readonly names?: readonly string[];
  /** What must be there before it starts, such as the app. */
  readonly dependsOn?: pulumi.Input<pulumi.Resource>[];
}

/**
 * Nginx before an app: HTTPS for browsers, what only reads to all instances, what changes data to those that write. An
 * instance that fails is left alone for a while, and its readers get another's answer. Where the platform has a way in for browsers, that leads here.
 */
export class HttpProxy extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:proxy:HttpProxy";
  /** Address of the site. */
  readonly url: string;
  readonly workload: Workload;

  constructor(name: string, args: HttpProxyArgs, options?: pulumi.ComponentResourceOptions) {
    super(HttpProxy.__pulumiType, name, { host: args.host }, options);
    const { platform, host, trustedProxies = [] } = args;
    const { site } = platform;
    const certificate = issue(
      { ...args, alias: name, hosts: [host], ...(args.names && { alsoKnownAs: args.names }) },
      { parent: this },
    );
    this.workload = platform.workload(
      name,
      proxySpec({
        ...{ ...args, alias: name, files: certificate.files() },
        ...(site && {
          sitePort: SITE_PORT,
          trustedProxies: [...trustedProxies, ...site.trustedProxies],
        }),
      }),
      { parent: this, ...(args.dependsOn && { dependsOn: args.dependsOn }) },
    );
    const { certificatePem: authorityPem } = args.authority;
    const port = { internal: HTTPS_PORT, published: args.ports.https };
    site?.lead({ ...port, alias: name, authorityPem }, this);
    this.url = `https://${site?.name ?? platform.endpoint(host, args.ports.https, name)}`;
    this.registerOutputs({ url: this.url });
  }
}
