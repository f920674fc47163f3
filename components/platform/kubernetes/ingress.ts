/** The Ingress by which browsers reach a workload through the cluster's controller. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Ingress } from "./args.ts";

type IngressSpec = k8s.types.input.networking.v1.IngressSpec;

/** Key of the Secret with the authority by which the controller verifies the workload. */
export const AUTHORITY = "ca.crt";

/**
 * Words of ingress-nginx, which others take too: the workload is spoken to over TLS, and must prove its name. Who does not know them speaks plain HTTP, to which
 * the workload does not listen.
 * @param secret as "namespace/name"
 */
export function verifiedBackend(serverName: string, secret: pulumi.Input<string>) {
  const words: Record<string, pulumi.Input<string>> = {
    "backend-protocol": "HTTPS",
    "proxy-ssl-secret": secret,
    "proxy-ssl-verify": "on",
    "proxy-ssl-name": serverName,
    "proxy-ssl-server-name": "on",
    "proxy-ssl-protocols": "TLSv1.2 TLSv1.3",
    // How much it takes is the workload's to say.
    "proxy-body-size": "0",
  };
  return Object.fromEntries(
    Object.entries(words).map(([word, value]) => [`nginx.ingress.kubernetes.io/${word}`, value]),
  );
}

/** All of the site, over TLS, to one port of a Service. */
export function ingressSpec(
  { name, className, tlsSecret }: Ingress,
  service: { readonly name: string; readonly port: number },
): IngressSpec {
  const backend = { service: { name: service.name, port: { number: service.port } } };
  return {
    ...(className !== undefined && { ingressClassName: className }),
    // Without a Secret the controller shows its own certificate.
    tls: [{ hosts: [name], ...(tlsSecret !== undefined && { secretName: tlsSecret }) }],
    rules: [{ host: name, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
  };
}
