import * as pulumi from "@pulumi/pulumi";
import type {
  Platform,
  SharedVolume,
  Workload,
  WorkloadOptions,
  WorkloadSpec,
} from "../../components/platform/platform.ts";

export interface Asked {
  readonly name: string;
  readonly spec: WorkloadSpec;
  readonly options: WorkloadOptions;
}

/** A platform that registers one resource a workload and remembers what it was asked for, so that a component is tested without a machine. */
export class RecordingPlatform implements Platform {
  readonly kind = "recording";
  readonly hosts: readonly string[];
  readonly peerCidrs = ["10.0.0.0/24"];
  readonly asked: Asked[] = [];

  constructor(hosts: readonly string[] = ["local"]) {
    this.hosts = hosts;
  }

  get machines(): readonly string[] {
    return this.hosts;
  }

  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload {
    this.asked.push({ name, spec, options });
    const made = new pulumi.ComponentResource(
      "test:Workload",
      name,
      {},
      { parent: options.parent, dependsOn: options.dependsOn ?? [] },
    );
    return { alias: spec.alias, started: made, settled: made };
  }

  sharedVolume(name: string, host: string, parent: pulumi.Resource): SharedVolume {
    const made = new pulumi.ComponentResource("test:SharedVolume", name, {}, { parent });
    return { name, host, made };
  }

  whenReady(name: string, workloads: readonly Workload[], parent: pulumi.Resource) {
    return new pulumi.ComponentResource(
      "test:Ready",
      name,
      {},
      { parent, dependsOn: workloads.map(({ settled }) => settled) },
    );
  }

  endpoint(host: string, published: number): string {
    return `${host}.example:${published}`;
  }

  advertised(host: string) {
    return { dnsNames: [`${host}.example`], ipAddresses: ["127.0.0.1"] };
  }

  /** Name of each workload with those that it comes after, and its peers. */
  order(): Record<string, { after: string[]; peers: readonly string[] | undefined }> {
    return Object.fromEntries(
      this.asked.map(({ name, options: { after = [], peers } }) => [
        name,
        { after: after.map(({ alias }) => alias), peers },
      ]),
    );
  }

  /** Paths of a workload's secret files. */
  secretFiles(name: string): string[] {
    const { files } = this.asked.find((asked) => asked.name === name)!.spec;
    return Object.keys(files)
      .filter((path) => files[path]!.secret)
      .sort();
  }
}
