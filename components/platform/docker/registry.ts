/** Where the hosts of a fleet have their images from. Pure. */

export interface ImageRegistry {
  /**
   * Host, port and path under which images are kept, such as `registry.example.com:5000/team`. This machine's `docker login` is what hosts
   * use; nothing of it is in the state or on a host. A change replaces nothing: images that are there stay.
   */
  readonly address: string;
  /**
   * Certificate (PEM) of the authority that signs the registry's own. Hosts that are prepared trust it, for this registry alone; others need it by
   * hand. A change changes a file on the hosts, which Docker reads each time. @default - the hosts trust it already
   */
  readonly caCertificate?: string | undefined;
}

/** Docker Hub has no third level, so the name is one word. */
export function registryReference(address: string, stage: string, tag: string): string {
  return `${address.replace(/\/$/, "")}/synfleet-${stage}:${tag.slice(tag.lastIndexOf(":") + 1)}`;
}

/** The registry itself, as `docker login` takes it. */
export const registryHost = (address: string): string => address.split("/")[0]!;

/** What a host has to trust for it, by the file in which Docker looks; nothing where that is there already. */
export function trustedFor({ address, caCertificate }: ImageRegistry): Record<string, string> {
  if (caCertificate === undefined) return {};
  return { [`/etc/docker/certs.d/${registryHost(address)}/ca.crt`]: caCertificate };
}
