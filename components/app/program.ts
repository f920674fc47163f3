import type { FileSpec, ImageSpec } from "../platform/platform.ts";
import type { AppMode } from "./conf.ts";

/** What differs between the instances of an app. */
export interface AppInstance {
  /** Its name, which is also its address. */
  readonly alias: string;
  /** Host on which it runs. */
  readonly host: string;
  readonly mode: AppMode;
}

/** Environment and files of an app, or of one of its instances. */
export interface AppSettings {
  /**
   * What the image reads from its environment. No secrets, which belong in `files`: whoever may look at the container
   * sees it. Changing it replaces the instances, one after the other. @default - nothing
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Files by their path below /etc/synfleet; `secret` ones are readable by the app's user alone. `tls/ca.crt`,
   * `tls/node.crt` and `tls/node.key` are there by themselves. Changing one restarts the instances, one after the other,
   * unless the image reloads. @default - nothing
   */
  readonly files?: Readonly<Record<string, FileSpec>>;
  /** Hosts, by name, of workloads elsewhere that it calls and that the platform does not make known to all. Replaces. @default - none */
  readonly calls?: Readonly<Record<string, string>>;
}

/** An app to run: any image that serves HTTP. */
export interface AppProgram extends AppSettings {
  /** Changing it replaces the instances, one after the other. */
  readonly image: ImageSpec;
  /** Arguments of the image's entry point. Replaces the instances. @default - the image's own */
  readonly command?: readonly string[];
  /** Number of the user and group that the image runs as; secret files are that user's. Replaces. @default 10001 */
  readonly user?: number;
  /** Port on which it listens. Replaces. @default 8080 */
  readonly port?: number;
  /** Whether that port speaks HTTPS, with tls/node.crt and tls/node.key. Replaces. @default false */
  readonly tls?: boolean;
  /** Path that answers 2xx while an instance can serve. An instance is waited for until it does. Replaces. */
  readonly healthPath: string;
  /** Command in the image that ends with 0 while the instance can serve. Replaces. @default - curl asks healthPath */
  readonly health?: readonly string[];
  /** Directories where the image looks for its files, which then are there as well. Replaces. @default - none */
  readonly filesAt?: readonly string[];
  /** Whether the image has Synfleet's programs `apply`, `ready` and `healthy`. @default false */
  readonly reloads?: boolean;
  /** Environment and files that depend on the instance, besides those of all. @default - none do */
  readonly each?: (instance: AppInstance) => AppSettings;
}
