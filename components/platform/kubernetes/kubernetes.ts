import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fingerprint } from "../docker/container.ts";
import { lines } from "../docker/texts.ts";
import {
  READY_COMMAND,
  type ImageSpec,
  type Platform,
  type SharedVolume,
  type Workload,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../platform.ts";
import { advertisedFor, domainOf, endpointOf, PRIVATE_NETWORKS } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { clusterFiles } from "./files.ts";
import { Ground } from "./ground.ts";
import { imageFor } from "./image.ts";
import { imageCheck, imagesOf } from "./image-check.ts";
import {
  deployment,
  isWatched,
  job,
  runnerOf,
  selectorOf,
  statefulSet,
  type Runner,
} from "./objects.ts";
import { podTemplate, refuseUnrenderable, sharedRefusal, volumesOf, type PodPlace } from "./pod.ts";
import { inSet } from "./sets.ts";
import { notePeers } from "../gate.ts";
import { reach } from "./reach.ts";
import { IngressSite } from "./site.ts";
import { OperatorWatcher } from "./watcher.ts";
import { awaitEnd, awaitGone, awaitMembers, gate, settle } from "./scripts.ts";

/** Runs workloads in a namespace of a Kubernetes cluster: a set of one pod for each member, with its own volumes. */
export class KubernetesPlatform extends pulumi.ComponentResource implements Platform {
  static readonly __pulumiType = "synfleet:platform:Kubernetes";
  readonly kind = "kubernetes";
  readonly hosts: readonly string[];
  /** Nodes are the cluster's own. */
  readonly machines: readonly string[] = [];
  readonly peerCidrs: readonly string[];
  readonly companions = true;
  readonly watcher: OperatorWatcher | undefined;
  readonly site: IngressSite | undefined;
  readonly #args: KubernetesPlatformArgs;
  readonly #ground: Ground;
  readonly #aliases = new Set<string>();
  readonly #name: string;

  constructor(
    name: string,
    args: KubernetesPlatformArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(KubernetesPlatform.__pulumiType, name, { prefix: args.prefix }, options);
    this.#args = args;
    this.#name = name;
    this.hosts = (args.hosts ?? [{ name: "cluster" }]).map((host) => host.name);
    this.peerCidrs = args.podCidrs ?? PRIVATE_NETWORKS;
    this.#ground = new Ground(name, args, this);
    this.watcher = OperatorWatcher.of(args, this.#ground);
    this.site = args.ingress && new IngressSite(args, this.#ground, args.ingress);
    this.registerOutputs({});
  }

  get domain(): string {
    return domainOf(this.#args);
  }

  endpoint(_: string, published: number, alias: string): string {
    return endpointOf(this.#args, alias, published);
  }

  advertised(_: string, alias: string) {
    return advertisedFor(this.#args, alias);
  }

  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload {
    const { alias } = spec;
    this.#admit(spec);
    const { parent, peers = [], after = [], dependsOn = [] } = options;
    const ground = this.#ground;
    const selector = selectorOf(this.#args.prefix, alias);
    const runner = runnerOf(spec, options);
    const reloads = spec.reloads ?? true;
    const imageOf = (image: ImageSpec) =>
      imageFor(image, this.#args, { platform: this.#name, parent: this });
    const image = imageOf(spec.image);
    const beside = (spec.companions ?? []).map((one) => [one.name, imageOf(one.image)] as const);
    const within = { parent, provider: ground.provider, dependsOn: ground.made };
    const files = clusterFiles(name, spec.files, {
      ...{ alias, metadata: ground.metadata(alias), options: within },
    });
    const claims = Object.fromEntries(
      volumesOf(spec).map((volume) => [
        volume.name,
        ground.claim(name, alias, volume.name, parent),
      ]),
    );
    reach(name, spec, { ground, args: this.#args, selector, options: within });
    if (options.set !== undefined) ground.budget(options.set, parent);
    const member = inSet(spec, options, this.#args);
    const place: PodPlace = {
      image,
      companions: Object.fromEntries(beside),
      pullSecrets: this.#args.imagePullSecrets,
      ...member,
      labels: { ...ground.labels, ...selector, ...member.labels },
      files,
      claims: Object.fromEntries(Object.entries(claims).map(([role, { name }]) => [role, name])),
      watched: isWatched(spec, options),
      fingerprint: "",
    };
    // Outside of `apply`, so that what cannot be rendered is refused at once.
    const template = podTemplate(spec, { ...place, files: { sources: [], names: [] } });
    const specification = pulumi.unsecret(
      pulumi.all(files.names).apply((names) => fingerprint({ template, names })),
    );
    // Another run of a job is another job, and the old one goes when the new one has ended.
    const objectName = runner === "Job" ? pulumi.interpolate`${alias}-${specification}` : alias;
    const environment = {
      ...this.#environment(),
      ALIAS: alias,
      OBJECT: pulumi.interpolate`${runner.toLowerCase()}/${objectName}`,
      SPEC: specification,
      READY_COMMAND: reloads ? READY_COMMAND : lines(spec.health),
    };
    const passed = new command.local.Command(
      `${name}-gate`,
      {
        ...{ create: notePeers, update: gate, delete: awaitGone },
        environment: {
          ...environment,
          PEERS: peers.join(" "),
          IMAGES: imagesOf(place)
            .map(({ reference }) => reference)
            .join(" "),
          IMAGE_CHECK: JSON.stringify(imageCheck(alias, this.#args.prefix, place)),
          PEER_COMMAND: reloads ? READY_COMMAND : "",
          ...(this.#args.rolloutGate === false && { GATE: "open" }),
        },
      },
      {
        parent,
        dependsOn: [
          ...[...ground.made, ...Object.values(claims).map(({ made }) => made)],
          ...[image, ...beside.map(([, one]) => one)].flatMap(({ resources }) => resources),
          ...[...after.map(({ settled }) => settled), ...dependsOn],
        ],
      },
    );
    const started = this.#run(runner, name, spec, {
      metadata: ground.metadata(objectName),
      selector,
      at: { ...place, fingerprint: specification },
      options: { ...within, dependsOn: [...ground.made, passed] },
    });
    const settled = new command.local.Command(
      `${name}-settled`,
      spec.oneShot
        ? { create: awaitEnd, update: awaitEnd, delete: "true", environment }
        : {
            // Members of a set become ready together: the first waiting alone would wait for ever.
            create: (options.readyAlone ?? !options.peers) ? settle : "true",
            ...{ update: settle, delete: "true", environment },
          },
      { parent, dependsOn: [started] },
    );
    return { alias, started, settled };
  }

  sharedVolume(name: string): SharedVolume {
    throw new Error(sharedRefusal(`volume ${name}`));
  }

  whenReady(name: string, workloads: readonly Workload[], parent: pulumi.Resource) {
    const members = workloads.map(({ alias }) => alias).join(" ");
    return new command.local.Command(
      name,
      {
        ...{ create: awaitMembers, delete: "true" },
        environment: { ...this.#environment(), MEMBERS: members, READY_COMMAND },
      },
      { parent, dependsOn: workloads.map(({ settled }) => settled) },
    );
  }

  #run(
    runner: Runner,
    name: string,
    spec: WorkloadSpec,
    made: {
      readonly metadata: Parameters<typeof job>[1];
      readonly selector: Record<string, string>;
      readonly at: PodPlace;
      readonly options: pulumi.CustomResourceOptions;
    },
  ): pulumi.Resource {
    const { metadata, selector, at, options } = made;
    switch (runner) {
      case "StatefulSet":
        return new k8s.apps.v1.StatefulSet(
          name,
          statefulSet(spec, metadata, selector, at),
          options,
        );
      case "Deployment":
        return new k8s.apps.v1.Deployment(name, deployment(spec, metadata, selector, at), options);
      case "Job":
        return new k8s.batch.v1.Job(name, job(spec, metadata, at), options);
    }
  }

  /** Before anything of it is registered. */
  #admit(spec: WorkloadSpec): void {
    refuseUnrenderable(spec);
    if (!this.hosts.includes(spec.host))
      throw new Error(
        `host: got "${spec.host}", which is not declared; allowed: ${this.hosts.join(", ")}. Declare it under hosts.`,
      );
    if (this.#aliases.has(spec.alias))
      throw new Error(
        `${spec.alias}: is there twice in namespace ${this.#ground.namespace}; allowed: a name used once. Give one of the two another name.`,
      );
    this.#aliases.add(spec.alias);
  }

  #environment() {
    return {
      CONTEXT: this.#args.context,
      NAMESPACE: this.#ground.namespace,
      INSTANCE: this.#args.prefix,
      READY_SECONDS: String(this.#args.readySeconds ?? 300),
    };
  }
}
