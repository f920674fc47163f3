import type * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import {
  HTTP_PORT,
  HTTPS_PORT,
  nginxConf,
  STATUS_PORT,
  upstreamsConf,
  type NginxConfArgs,
  type Upstream,
} from "./conf.ts";

/** A certificate and its key in PEM, the certificate with those between it and its authority. */
export interface SiteCertificate {
  readonly certificatePem: pulumi.Input<string>;
  readonly privateKeyPem: pulumi.Input<string>;
}

/** The app behind a proxy; what `App` tells of itself. */
export interface ProxiedApp {
  readonly upstreams: readonly Upstream[];
  readonly serverName: string;
  readonly tls: boolean;
  readonly healthPath: string;
}

export interface ProxySpecArgs extends Pick<
  NginxConfArgs,
  | "trustedProxies"
  | "mainPaths"
  | "mainCookies"
  | "hiddenPaths"
  | "bodyMiB"
  | "answerSeconds"
  | "affinity"
> {
  readonly alias: string;
  /** Host on which it runs. Changing it makes a new container there. */
  readonly host: string;
  readonly app: ProxiedApp;
  /** The instance that gets what changes data; the others that could take over while it fails. Reload. @default - all alike */
  readonly main?: string;
  /** Ports of that host. Changing one replaces the container. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Port on which browsers reach the site, for redirects and for the app. Reload. @default - the host's */
  readonly sitePort?: number | undefined;
  /** The site's own certificate. Reload. @default - one of the deployment's authority */
  readonly certificate?: SiteCertificate;
  /** How long browsers insist on HTTPS, in seconds. Reload. @default a year with a certificate of one's own, else 0 */
  readonly strictTransportSeconds?: number;
  readonly files: Readonly<Record<string, FileSpec>>;
}

const YEAR_SECONDS = 31_536_000;

export function proxySpec(args: ProxySpecArgs): WorkloadSpec {
  const { app, certificate, ports } = args;
  const conf = nginxConf({
    ...args,
    httpsPort: args.sitePort ?? ports.https,
    certificate: certificate
      ? { certificate: "site/site.crt", key: "site/site.key" }
      : { certificate: "tls/node.crt", key: "tls/node.key" },
    strictTransportSeconds: args.strictTransportSeconds ?? (certificate ? YEAR_SECONDS : 0),
  });
  return {
    alias: args.alias,
    host: args.host,
    image: { stage: "proxy" },
    files: {
      ...args.files,
      "nginx.conf": { content: conf },
      "upstreams.conf": { content: upstreamsConf({ ...args, upstreams: app.upstreams }) },
      ...(certificate && {
        "site/site.crt": { content: certificate.certificatePem },
        "site/site.key": { content: certificate.privateKeyPem, secret: true },
      }),
    },
    volumes: [],
    ports: [
      { internal: HTTP_PORT, published: ports.http, peers: false },
      { internal: HTTPS_PORT, published: ports.https, peers: false },
      { internal: STATUS_PORT },
    ],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 35,
    health: ["/usr/local/bin/healthy"],
  };
}
