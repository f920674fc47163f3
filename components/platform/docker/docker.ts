import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  CONFIG_DIRECTORY,
  READY_COMMAND,
  type Platform,
  type SharedVolume,
  type Workload,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../platform.ts";
import type { DockerHost, DockerPlatformArgs } from "./args.ts";
import { type Claim, claimsOfThisRun } from "./claims.ts";
import { containerArgs, fingerprint } from "./container.ts";
import { imageOn } from "./images.ts";
import { memberWords, reaching } from "./members.ts";
import { Preparation } from "./preparation.ts";
import { peerAddress, remoteAliases, singleton } from "./reach.ts";
import { awaitMembers, writeFiles, writeFilesGated } from "./scripts.ts";
import { settling } from "./settling.ts";
import { advertisedOn, labelsOf, openSite, type Site } from "./site.ts";
import { Sites } from "./sites.ts";
import { archiveOf, lines, refuseCompanions } from "./texts.ts";
import { labelledOnce, volumesOn } from "./volumes.ts";

type NetworkedSite = Site & { readonly network: docker.Network };

/** Runs workloads as containers of one Docker Engine, or of several that are reached over SSH. */
export class DockerPlatform extends pulumi.ComponentResource implements Platform {
  static readonly __pulumiType = "synfleet:platform:Docker";
  readonly kind = "docker";
  readonly #args: DockerPlatformArgs;
  readonly #sites: Sites<NetworkedSite>;
  /** None where hosts are taken as they are. */
  readonly #preparation: Preparation | undefined;
  readonly #claims = claimsOfThisRun();
  readonly #name: string;
  /** Host of each alias that all workloads are told of, for names across hosts. */
  readonly #placed: Readonly<Record<string, string>>;

  /**
   * @param placed the host of every workload by alias: known before the first is made, because on several hosts each
   * must know the addresses of all. What is left out is known to those alone whose spec `calls` it.
   */
  constructor(
    name: string,
    args: DockerPlatformArgs,
    placed: Readonly<Record<string, string>>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(DockerPlatform.__pulumiType, name, { prefix: args.prefix }, options);
    this.#args = args;
    this.#name = name;
    this.#placed = placed;
    const { hosts, prefix, preparation, imageRegistry } = args;
    this.#preparation =
      preparation && new Preparation({ ...preparation, hosts, prefix, imageRegistry });
    const network = `${prefix}-network`;
    this.#sites = new Sites({
      ...{ prefix, placed, key: "synfleet:hosts" },
      sites: hosts.map((host) => this.#site(name, host, network)),
    });
    this.registerOutputs({});
  }

  get hosts(): readonly string[] {
    return this.#sites.names;
  }

  get machines(): readonly string[] {
    return this.hosts;
  }

  get peerCidrs(): readonly string[] {
    if (!this.#isSpread) return [];
    return this.#args.hosts.map((host) => singleton(peerAddress(host)));
  }

  endpoint(host: string, published: number): string {
    return `${this.#sites.of(host).host.address ?? "localhost"}:${published}`;
  }

  advertised(host: string) {
    return advertisedOn(this.#sites.of(host).host);
  }

  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload {
    refuseCompanions(spec);
    const site = this.#sites.put(spec.alias, spec.host);
    const calls = new Map(Object.entries({ ...this.#placed, ...spec.calls }));
    const { parent } = options;
    const containerName = this.#sites.physical(spec.alias);
    const reloads = spec.reloads ?? true;
    const image = imageOn(site, spec.image, {
      claims: this.#claims,
      platform: this.#name,
      registry: this.#args.imageRegistry,
      parent: this,
    });
    const child = (dependsOn: pulumi.Input<pulumi.Resource>[] = []) => ({
      parent,
      provider: site.provider,
      dependsOn,
    });
    const claim = (volume: string) => this.#claim(site, "volume", volume, spec.alias);
    const labels = labelsOf(this.#args);
    const config = `${containerName}-config`;
    claim(config);
    const { names, made } = volumesOn(site, name, spec, {
      ...{ physical: containerName, labels, parent, claim },
      protect: this.#args.protectVolumes ?? false,
    });
    const volumes = [
      new docker.Volume(`${name}-config`, { name: config, labels }, child()),
      ...made,
    ];
    const args = containerArgs(spec, {
      containerName,
      networkName: this.#sites.physical("network"),
      image: image.reference,
      volumeNames: { ...names, config },
      publishAddress: this.#publishAddress(site.host),
      ...(this.#isSpread && { peerAddress: peerAddress(site.host) }),
      labels: Object.fromEntries(labels.map(({ label, value }) => [label, value])),
      remoteAliases: remoteAliases(calls, spec.host, (at) => this.#sites.of(at).host),
    });
    this.#claim(site, "container", containerName, spec.alias);
    this.#preparation?.admit(site.host, spec.ports, this.#publishAddress(site.host));
    for (const { external, ip } of args.ports) {
      this.#claim(site, "port", String(external), spec.alias, ip);
    }
    const peers = this.#sites.members(options.peers ?? []);
    const environment = {
      ...reaching([site]),
      HOST: site.reach,
      CONTAINER: containerName,
      // Any change of the container passes through the gate and the settling, even one that changes no file.
      SPEC: fingerprint(args),
      READY_SECONDS: String(this.#args.readySeconds ?? 300),
      READY_COMMAND: reloads ? READY_COMMAND : lines(spec.health),
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
          ...reaching([site, ...peers]),
          IMAGE: image.reference,
          VOLUME: config,
          DIRECTORY: CONFIG_DIRECTORY,
          PEERS: memberWords(peers),
          PEER_COMMAND: reloads ? READY_COMMAND : "",
          ...(this.#args.rolloutGate === false && { GATE: "open" }),
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
      settling(spec, options, {
        ...{ environment, container: container.id },
        files: contents.apply((text) => fingerprint({ text })),
      }),
      { parent, dependsOn: [container] },
    );
    return { alias: spec.alias, started: container, settled };
  }

  sharedVolume(name: string, host: string, parent: pulumi.Resource): SharedVolume {
    const site = this.#sites.of(host);
    const physical = this.#sites.physical(name);
    this.#claim(site, "volume", physical, name);
    const args = { name: physical, labels: labelsOf(this.#args) };
    const made = new docker.Volume(name, args, {
      ...labelledOnce,
      parent,
      provider: site.provider,
    });
    return { name: physical, host, made };
  }

  whenReady(name: string, workloads: readonly Workload[], parent: pulumi.Resource) {
    const members = this.#sites.members(workloads.map(({ alias }) => alias));
    return new command.local.Command(
      name,
      {
        create: awaitMembers,
        delete: "true",
        environment: {
          ...reaching(members),
          READY_SECONDS: String(this.#args.readySeconds ?? 300),
          READY_COMMAND,
          MEMBERS: memberWords(members),
        },
      },
      { parent, dependsOn: workloads.map(({ settled }) => settled) },
    );
  }

  /** The host, with the network of the deployment on it. */
  #site(platform: string, host: DockerHost, name: string): NetworkedSite {
    const resource = `${platform}-${host.name}`;
    const site = openSite(resource, host, this.#preparation, this);
    const network = new docker.Network(
      resource,
      { name, driver: "bridge", labels: labelsOf(this.#args) },
      { parent: this, provider: site.provider },
    );
    this.#claim(site, "network", name, "its network");
    return { ...site, network };
  }

  /** Whether there are several hosts. */
  get #isSpread(): boolean {
    return this.#args.hosts.length > 1;
  }

  #claim({ host, engine }: Site, kind: Claim["kind"], value: string, what: string, at?: string) {
    const owner = `${what} of platform "${this.#name}" (prefix "${this.#args.prefix}")`;
    this.#claims.take({ engine, host: host.name, kind, value, owner, ...(at && { address: at }) });
  }

  #publishAddress(host: DockerHost): string {
    return this.#args.publishAddress ?? (this.#isSpread ? host.address! : "127.0.0.1");
  }
}
