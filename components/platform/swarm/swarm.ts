import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { claimsOfThisRun } from "../docker/claims.ts";
import { fingerprint } from "../docker/container.ts";
import { imageOn } from "../docker/images.ts";
import { Preparation } from "../docker/preparation.ts";
import { memberWords, reaching } from "../docker/members.ts";
import { advertisedOn, labelsOf, openSite, providerOf, type Site } from "../docker/site.ts";
import { Sites } from "../docker/sites.ts";
import { lines, refuseCompanions } from "../docker/texts.ts";
import { labelledOnce, volumesOn } from "../docker/volumes.ts";
import {
  READY_COMMAND,
  type Platform,
  type SharedVolume,
  type Workload,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../platform.ts";
import type { SwarmPlatformArgs } from "./args.ts";
import { swarmFiles } from "./files.ts";
import { joinSwarm } from "./nodes.ts";
import { notePeers } from "../gate.ts";
import { awaitEnd, awaitMembers, gate, imageIdentity, settle, takenIdentity } from "./scripts.ts";
import { isWatched, serviceArgs } from "./service.ts";

/** Runs workloads as services of a Docker Swarm, each on the host that it is placed on. */
export class SwarmPlatform extends pulumi.ComponentResource implements Platform {
  static readonly __pulumiType = "synfleet:platform:Swarm";
  readonly kind = "swarm";
  /** Members are connected to the network of all. */
  readonly peerCidrs: readonly string[] = [];
  readonly #args: SwarmPlatformArgs;
  readonly #name: string;
  readonly #claims = claimsOfThisRun();
  readonly #preparation: Preparation | undefined;
  readonly #sites: Sites<Site>;
  /** A manager of the Swarm, when all hosts are members. */
  readonly #manager: docker.Provider;
  /** Its host. */
  readonly #managing: Site;
  readonly #network: docker.Network;

  /** @param placed the host of every workload by alias. */
  constructor(
    name: string,
    args: SwarmPlatformArgs,
    placed: Readonly<Record<string, string>>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(SwarmPlatform.__pulumiType, name, { prefix: args.prefix }, options);
    const { hosts, preparation } = args;
    this.#args = args;
    this.#name = name;
    this.#preparation = preparation && new Preparation({ ...args, ...preparation, swarm: true });
    const sites = hosts.map((host) =>
      openSite(`${name}-${host.name}`, host, this.#preparation, this),
    );
    this.#sites = new Sites({ sites, prefix: args.prefix, placed, key: "hosts" });
    const members = joinSwarm(name, sites, this.#label, this);
    const [first] = sites as [Site];
    const whole = pulumi.all(members.map(({ id }) => id));
    this.#manager = providerOf(
      `${name}-manager`,
      first.host,
      whole.apply(() => first.engine),
      this,
    );
    this.#managing = first;
    this.#network = new docker.Network(
      `${name}-network`,
      {
        ...{ name: this.#sites.physical("network"), driver: "overlay", attachable: true },
        ...((args.encrypted ?? true) && { options: { encrypted: "" } }),
        labels: labelsOf(this.#args),
      },
      // Docker adds to its options, which would replace it for ever.
      { parent: this, provider: this.#manager, ignoreChanges: ["options"] },
    );
    this.registerOutputs({});
  }

  get hosts(): readonly string[] {
    return this.#sites.names;
  }

  get machines(): readonly string[] {
    return this.hosts;
  }

  endpoint(host: string, published: number): string {
    return `${this.#sites.of(host).host.address!}:${published}`;
  }

  advertised(host: string) {
    return advertisedOn(this.#sites.of(host).host);
  }

  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload {
    refuseCompanions(spec);
    const site = this.#sites.put(spec.alias, spec.host);
    const { parent, peers, after = [], dependsOn = [] } = options;
    const service = this.#sites.physical(spec.alias);
    const readyCommand = (spec.reloads ?? true) ? READY_COMMAND : lines(spec.health);
    const { reference, resources } = imageOn(site, spec.image, {
      ...{ claims: this.#claims, platform: this.#name, parent: this },
      registry: this.#args.imageRegistry,
    });
    const identity = "stage" in spec.image ? imageIdentity : takenIdentity;
    const asked = new command.local.Command(
      `${name}-image`,
      {
        // By a name, the Swarm would ask a registry first: without a login, and for what whoever has that name there gives.
        ...{ create: identity, delete: "true" },
        environment: { ...reaching([site]), HOST: site.reach, TAG: reference },
      },
      { parent, dependsOn: resources },
    );
    const image = asked.stdout;
    const onManager = { parent, provider: this.#manager };
    const labels = labelsOf(this.#args);
    const { names: volumeNames, made: volumes } = volumesOn(site, name, spec, {
      ...{ physical: service, labels, parent, protect: this.#args.protectVolumes ?? false },
    });
    // Clients come by published ports; what members say to each other goes through the network of all.
    const published = spec.ports.map((port) => ({ ...port, peers: false }));
    this.#preparation?.admit(site.host, published, site.host.address!);
    for (const { published: port } of spec.ports)
      if (port !== undefined) this.#claim(site, String(port), spec.alias);
    const files = swarmFiles(name, spec.files, {
      ...{ service, labels, options: onManager },
    });
    const place = {
      ...{ serviceName: service, image, networkId: this.#network.id, volumeNames, files },
      watched: isWatched(spec, options),
      constraint: `node.labels.${this.#label}==${spec.host}`,
      labels: Object.fromEntries(labels.map(({ label, value }) => [label, value])),
    };
    // Outside of `apply`, so that what cannot be rendered is refused at once.
    const args = serviceArgs(spec, {
      ...place,
      ...{ image: reference, networkId: "", files: [], fingerprint: "" },
    });
    const specification = pulumi.unsecret(
      pulumi
        .all([image, ...files.map((file) => file.name)])
        .apply((names) => fingerprint({ args, names })),
    );
    const members = this.#sites.members(peers ?? []);
    const environment = {
      ...reaching([this.#managing, site]),
      MANAGER: this.#managing.reach,
      HOST: site.reach,
      SERVICE: service,
      SPEC: specification,
      READY_SECONDS: String(this.#args.readySeconds ?? 300),
      READY_COMMAND: readyCommand,
    };
    const passed = new command.local.Command(
      `${name}-gate`,
      {
        ...{ create: notePeers, update: gate, delete: "true" },
        environment: {
          ...environment,
          ...reaching([this.#managing, site, ...members]),
          PEERS: memberWords(members),
          PEER_COMMAND: (spec.reloads ?? true) ? READY_COMMAND : "",
          ...(this.#args.rolloutGate === false && { GATE: "open" }),
        },
      },
      {
        parent,
        dependsOn: [...resources, ...after.map(({ settled }) => settled), ...dependsOn],
      },
    );
    const started = new docker.Service(
      name,
      serviceArgs(spec, { ...place, fingerprint: specification }),
      { ...onManager, dependsOn: [passed, ...volumes] },
    );
    const settled = new command.local.Command(
      `${name}-settled`,
      spec.oneShot
        ? { create: awaitEnd, update: awaitEnd, delete: "true", environment }
        : {
            // Members of a set become ready together: the first waiting alone would wait for ever.
            create: (options.readyAlone ?? !peers) ? settle : "true",
            ...{ update: settle, delete: "true", environment },
          },
      { parent, dependsOn: [started] },
    );
    return { alias: spec.alias, started, settled };
  }

  sharedVolume(name: string, host: string, parent: pulumi.Resource): SharedVolume {
    const { provider } = this.#sites.of(host);
    const physical = this.#sites.physical(name);
    const args = { name: physical, labels: labelsOf(this.#args) };
    const made = new docker.Volume(name, args, { ...labelledOnce, parent, provider });
    return { name: physical, host, made };
  }

  whenReady(name: string, workloads: readonly Workload[], parent: pulumi.Resource) {
    const members = this.#sites.members(workloads.map(({ alias }) => alias));
    return new command.local.Command(
      name,
      {
        ...{ create: awaitMembers, delete: "true" },
        environment: {
          ...reaching([this.#managing, ...members]),
          MANAGER: this.#managing.reach,
          MEMBERS: memberWords(members),
          READY_COMMAND,
          READY_SECONDS: String(this.#args.readySeconds ?? 300),
        },
      },
      { parent, dependsOn: workloads.map(({ settled }) => settled) },
    );
  }

  /** Name of the node's label that says which host of the deployment it is. */
  get #label(): string {
    return `org.synfleet.${this.#args.prefix}.host`;
  }

  #claim({ host, engine }: Site, value: string, what: string) {
    const owner = `${what} of platform "${this.#name}" (prefix "${this.#args.prefix}")`;
    this.#claims.take({
      ...{ engine, host: host.name, kind: "port", value, owner, address: "0.0.0.0" },
    });
  }
}
