import type * as pulumi from "@pulumi/pulumi";
import type { ScrapeJob } from "./prometheus.ts";
import type { Yaml } from "./yaml.ts";

/** A certificate and its key in PEM. The key is secret. */
export interface Identity {
  readonly certificatePem: pulumi.Input<string>;
  readonly privateKeyPem: pulumi.Input<string>;
}

/** By what a Prometheus proves who asks; see {@link ScrapeJob.access}. */
export interface WatcherAccess {
  /** What every part is verified with, in PEM. */
  readonly authorityPem: pulumi.Input<string>;
  /** Under the name that the parts admit. */
  readonly certificate: Identity;
  /** The same by its common name alone. @default - nothing asks for it */
  readonly commonName?: Identity | undefined;
  readonly statistics: { readonly user: string; readonly password: pulumi.Input<string> };
  /** Secret. @default - there are no managers */
  readonly managerToken?: pulumi.Input<string> | undefined;
}

/** What is to be watched, and how. */
export interface Watched {
  readonly jobs: readonly ScrapeJob[];
  /** Alert rules by group, as Prometheus reads them. */
  readonly groups: Yaml;
  /** Dashboards by name, as Grafana reads them. */
  readonly dashboards: Readonly<Record<string, pulumi.Input<string>>>;
  readonly access: WatcherAccess;
}

/** A Prometheus that is there already, for more than this deployment. */
export interface Watcher {
  /** Labels that the deployment's series have there, and no others. A plain value. */
  readonly series: Readonly<Record<string, string>>;
  watch(name: string, watched: Watched, parent: pulumi.Resource): void;
}
