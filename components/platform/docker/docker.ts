import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../../../images/inputs.ts";
import {
  CONFIG_DIRECTORY,
  type Platform,
  type Workload,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../platform.ts";
import { archive } from "./archive.ts";
import type { DockerHost, DockerPlatformArgs } from "./args.ts";
import { containerArgs, fingerprint } from "./container.ts";
import { Image } from "./image.ts";
import {
  awaitEnd,
  awaitStart,
  settle,
  settleByRestart,
  writeFiles,
  writeFilesGated,
} from "./scripts.ts";

/** What each host has once: the provider that talks to its engine, and the network of the deployment. */
interface Site {
  readonly host: DockerHost;
  readonly provider: docker.Provider;
  readonly network: docker.Network;
}

const READY_COMMAND = "/usr/local/bin/ready";
const APPLY_COMMAND = "/usr/local/bin/apply";

/** Runs workloads as containers of one Docker Engine, or of several that are reached over SSH. */
export class DockerPlatform extends pulumi.ComponentResource implements Platform {
  static readonly __pulumiType = "synfleet:platform:Docker";
  readonly kind = "docker";
  readonly #args: DockerPlatformArgs;
  readonly #sites: ReadonlyMap<string, Site>;
  readonly #images = new Map<string, Image>();
  /** Host of each alias made so far, for peers and for names across hosts. */
  readonly #placed: ReadonlyMap<string, string>;

  /**
   * @param placed the host of every workload by alias: known before the first is made, because on several hosts each
   * must know the addresses of all.
   */
  constructor(
    name: string,
    args: DockerPlatformArgs,
    placed: Readonly<Record<string, string>>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(DockerPlatform.__pulumiType, name, { prefix: args.prefix }, options);
    this.#args = args;
    this.#placed = new Map(Object.entries(placed));
    this.#sites = new Map(args.hosts.map((host) => [host.name, this.#site(name, host)]));
    this.registerOutputs({});
  }

  get hosts(): readonly string[] {
    return [...this.#sites.keys()];
  }

  get peerCidrs(): readonly string[] {
    if (this.#sites.size === 1) return [];
    return this.#args.hosts.map((host) => `${host.address}/32`);
  }

  endpoint(host: string, published: number): string {
    return `${this.#siteOf(host).host.address ?? "localhost"}:${published}`;
  }

  advertised(host: string) {
    const { address } = this.#siteOf(host).host;
    return { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1", ...(address ? [address] : [])] };
  }

  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload {
    const site = this.#siteOf(spec.host);
    const { parent } = options;
    const containerName = this.#physical(spec.alias);
    const reloads = spec.reloads ?? true;
    const image = this.#image(spec, site);
    const child = (dependsOn: pulumi.Input<pulumi.Resource>[] = []) => ({
      parent,
      provider: site.provider,
      dependsOn,
    });
    const volumeNames: Record<string, string> = {};
    const volumes = ["config", ...spec.volumes.map((volume) => volume.name)].map((role) => {
      volumeNames[role] = `${containerName}-${role}`;
      return new docker.Volume(
        `${name}-${role}`,
        { name: volumeNames[role], labels: this.#labels() },
        { ...child(), protect: role !== "config" && this.#args.protectVolumes },
      );
    });
    const args = containerArgs(spec, {
      containerName,
      networkName: this.#physical("network"),
      image: image.reference,
      volumeNames,
      publishAddress: this.#publishAddress(site.host),
      spansHosts: this.#sites.size > 1,
      labels: Object.fromEntries(this.#labels().map(({ label, value }) => [label, value])),
      remoteAliases: this.#remoteAliases(spec.host),
    });
    const environment = {
      HOST: site.host.engine,
      CONTAINER: containerName,
      // Any change of the container passes through the gate and the settling, even one that changes no file.
      SPEC: fingerprint(args),
      READY_SECONDS: String(this.#args.readySeconds ?? 300),
      READY_COMMAND: reloads ? READY_COMMAND : (spec.health ?? []).join(" "),
    };
    const contents = archiveOf(spec);
    const files = new command.local.Command(
      `${name}-files`,
      {
        create: writeFiles,
        update: writeFilesGated,
        delete: "true",
        stdin: contents,
        environment: {
          ...environment,
          IMAGE: image.reference,
          VOLUME: volumeNames["config"]!,
          DIRECTORY: CONFIG_DIRECTORY,
          PEERS: this.#peers(options.peers ?? []),
        },
        logging: "none",
      },
      {
        parent,
        dependsOn: [
          ...volumes,
          ...image.resources,
          ...(options.after ?? []).map((workload) => workload.settled),
          ...(options.dependsOn ?? []),
        ],
      },
    );
    const container = new docker.Container(name, args, {
      ...child([files, site.network, ...volumes, ...image.resources]),
      deleteBeforeReplace: true,
      // The provider would note a new health check without giving it to the container.
      replaceOnChanges: ["healthcheck"],
    });
    const settled = new command.local.Command(
      `${name}-settled`,
      spec.oneShot
        ? { create: awaitEnd, delete: "true", environment, triggers: [container.id] }
        : {
            // Members of a set become ready together: the first waiting alone would wait for ever.
            create: options.peers ? "true" : awaitStart,
            update: reloads ? settle : settleByRestart,
            delete: "true",
            environment: {
              ...environment,
              APPLY_COMMAND,
              HEALTHY_COMMAND: (spec.health ?? []).join(" "),
              STOP_SECONDS: String(spec.stopSeconds),
              FILES: contents.apply((text) => fingerprint({ text })),
            },
          },
      { parent, dependsOn: [container] },
    );
    return { alias: spec.alias, started: container, settled };
  }

  #site(name: string, host: DockerHost): Site {
    const provider = new docker.Provider(
      `${name}-${host.name}`,
      { host: host.engine },
      { parent: this },
    );
    const network = new docker.Network(
      `${name}-${host.name}`,
      { name: this.#physical("network"), driver: "bridge", labels: this.#labels() },
      { parent: this, provider },
    );
    return { host, provider, network };
  }

  #siteOf(host: string): Site {
    const site = this.#sites.get(host);
    if (!site) {
      throw new Error(
        `host: got "${host}", which is not declared; allowed: ${this.hosts.join(", ")}. Declare it under synfleet:hosts.`,
      );
    }
    return site;
  }

  #image(spec: WorkloadSpec, site: Site): { reference: string; resources: pulumi.Resource[] } {
    if ("reference" in spec.image) return { reference: spec.image.reference, resources: [] };
    const { stage } = spec.image;
    const key = `${stage}-${site.host.name}`;
    const image =
      this.#images.get(key) ??
      new Image(key, { stage, tag: imageTag(stage), engine: site.host.engine }, { parent: this });
    this.#images.set(key, image);
    return { reference: imageTag(stage), resources: [image] };
  }

  #publishAddress(host: DockerHost): string {
    return this.#args.publishAddress ?? (this.#sites.size > 1 ? host.address! : "127.0.0.1");
  }

  #physical(suffix: string): string {
    return `${this.#args.prefix}-${suffix}`;
  }

  #labels(): { label: string; value: string }[] {
    const labels = { "org.synfleet.fleet": this.#args.prefix, ...this.#args.labels };
    return Object.entries(labels).map(([label, value]) => ({ label, value }));
  }

  #peers(aliases: readonly string[]): string {
    if (this.#args.rolloutGate === false) return "";
    return aliases
      .map(
        (alias) => `${this.#physical(alias)},${this.#siteOf(this.#placed.get(alias)!).host.engine}`,
      )
      .join(" ");
  }

  #remoteAliases(host: string): Record<string, string> {
    const remote: Record<string, string> = {};
    for (const [alias, at] of this.#placed) {
      if (at !== host) remote[alias] = this.#siteOf(at).host.address!;
    }
    return remote;
  }
}

/** Secret as soon as one of the files is: the mark travels with the contents. */
function archiveOf(spec: WorkloadSpec): pulumi.Output<string> {
  const entries = Object.entries(spec.files).map(([path, file]) =>
    pulumi
      .output(file.content)
      .apply((content) => ({ path, content, secret: file.secret ?? false })),
  );
  const archived = pulumi.all(entries).apply(archive);
  return Object.values(spec.files).some((file) => file.secret) ? pulumi.secret(archived) : archived;
}
