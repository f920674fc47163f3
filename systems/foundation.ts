import type * as pulumi from "@pulumi/pulumi";
import { Credentials } from "../components/credentials/credentials.ts";
import { CertificateAuthority } from "../components/pki/authority.ts";
import { GRAFANA_USER, STATISTICS_USER } from "./aliases.ts";

/** What every system begins with: whom its parts trust, and who may look at what. */
export function foundation<Role extends string>(
  name: string,
  roles: readonly Role[],
  parent: pulumi.ComponentResource,
  { grafana = false }: { readonly grafana?: boolean },
) {
  const child = { parent };
  const authority = new CertificateAuthority(
    "authority",
    { commonName: `${name} authority` },
    child,
  );
  const { passwords, bcryptHashes } = new Credentials<Role | "statistics" | "grafana">(
    "credentials",
    { roles: [...roles, "statistics", "grafana"] },
    child,
  );
  const statistics = { user: STATISTICS_USER, password: passwords.statistics };
  const administrator = grafana ? { user: GRAFANA_USER, password: passwords.grafana } : undefined;
  return {
    authority,
    passwords,
    statistics: { ...statistics, bcryptHash: bcryptHashes.statistics },
    /** Grafana's administrator where there is a Grafana. */
    administrator,
    /** What the system's `credentials` hold besides its own. */
    credentials: { statistics, ...(administrator && { grafana: administrator }) },
  };
}
