import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Led, Site } from "../platform.ts";
import { clientServiceName } from "./access.ts";
import type { Ingress, KubernetesPlatformArgs } from "./args.ts";
import { clusterFiles } from "./files.ts";
import type { Ground } from "./ground.ts";
import { AUTHORITY, ingressSpec, verifiedBackend } from "./ingress.ts";
import { admittedFrom, podsOf } from "./network.ts";
import { selectorOf } from "./objects.ts";

/** The cluster's Ingress controller, which takes browsers to one workload. */
export class IngressSite implements Site {
  readonly name: string;
  readonly trustedProxies: readonly string[];
  readonly #prefix: string;
  readonly #ground: Ground;
  readonly #ingress: Ingress;
  #taken: string | undefined;

  constructor({ prefix }: Pick<KubernetesPlatformArgs, "prefix">, ground: Ground, own: Ingress) {
    this.name = own.name;
    this.trustedProxies = own.trustedCidrs ?? [];
    this.#prefix = prefix;
    this.#ground = ground;
    this.#ingress = own;
  }

  lead({ alias, internal, published, authorityPem }: Led, parent: pulumi.Resource): void {
    if (this.#taken !== undefined)
      throw new Error(
        `ingress.name: ${this.name} leads to ${this.#taken} already, and would to ${alias}; allowed: one of them. Give the other a platform of its own.`,
      );
    this.#taken = alias;
    const ground = this.#ground;
    const options = { parent, provider: ground.provider, dependsOn: ground.made };
    const selector = selectorOf(this.#prefix, alias);
    const { names } = clusterFiles(
      `${alias}-authority`,
      { [AUTHORITY]: { content: authorityPem, secret: true } },
      { alias: `${alias}-authority`, metadata: ground.metadata(alias), options },
    );
    const metadata = ground.metadata(alias);
    const annotations = {
      ...metadata.annotations,
      ...verifiedBackend(alias, pulumi.interpolate`${ground.namespace}/${names[0]}`),
      ...this.#ingress.annotations,
    };
    const service = { name: clientServiceName(alias), port: published };
    new k8s.networking.v1.Ingress(
      `${alias}-ingress`,
      { metadata: { ...metadata, annotations }, spec: ingressSpec(this.#ingress, service) },
      options,
    );
    new k8s.networking.v1.NetworkPolicy(
      `${alias}-entered`,
      {
        metadata: ground.metadata(`${alias}-entered`),
        spec: admittedFrom(selector, podsOf(this.#ingress.namespace), [internal]),
      },
      options,
    );
  }
}
