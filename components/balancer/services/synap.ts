/** Synap's members behind the balancer: each is asked which role it has at present. Pure. */
import type { BalancedService } from "../service.ts";
import {
  checkedServers,
  wholeName,
  word,
  words,
  type CheckTiming,
  type Named,
} from "../servers.ts";
import { pathAcl, reads } from "../../synap/routes.ts";

/** Ports on which the balancer listens inside of the deployment: none that a member on the same host has. */
export const SYNAP_WRITE_PORT = 15520;
export const SYNAP_READ_PORT = 15510;
const MEMBER_PORT = 15500;

export interface SynapServiceArgs extends CheckTiming, Named {
  /** Addresses of the members. A reload. */
  readonly members: readonly string[];
  /** Ports of the balancer's host. Changing one replaces the balancer. */
  readonly published: { readonly read: number; readonly write: number };
}

/** Writes to the master; reads to the replicas, and to the master while there is no replica. HTTPS on both ports. */
export function synapService(args: SynapServiceArgs): BalancedService {
  return {
    sections: synapSections(args),
    ports: [
      { internal: SYNAP_WRITE_PORT, published: args.published.write },
      { internal: SYNAP_READ_PORT, published: args.published.read },
    ],
  };
}

export function synapSections(args: Omit<SynapServiceArgs, "published">): string {
  const members = words("members", args.members).map((name) => word("members", name));
  const tls = "ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt";
  const backend = (name: string, role: string, more = "") => `backend ${name}
  mode http
${more}  option httpchk
  http-check connect ssl alpn http/1.1
  http-check send meth GET uri /synfleet/${role} ver HTTP/1.1 hdr Host synap
  http-check expect status 200
  default-server ${checkedServers(args)} ssl verify required ${tls} alpn http/1.1
${members
  .map(
    (member) =>
      `  server ${member} ${wholeName(member, args)}:${MEMBER_PORT} check check-sni ${member} sni str(${member}) verifyhost ${member}\n`,
  )
  .join("")}
`;
  const frontend = (name: string, port: number, rules: string) => `frontend ${name}
  mode http
  bind :${port} ssl crt /etc/synfleet/tls/node.crt alpn h2,http/1.1
  option forwardfor
  timeout http-request 10s
  # What members tell each other and the balancer is no matter of clients.
  http-request deny deny_status 404 if { path_beg /synfleet/ }
${rules}
`;
  return `${backend("write-synap", "master")}${backend("read-synap", "replica", "  balance roundrobin\n")}${frontend(
    "write-synap",
    SYNAP_WRITE_PORT,
    "  default_backend write-synap\n",
  )}${frontend(
    "read-synap",
    SYNAP_READ_PORT,
    `${pathAcl("reads", reads)}  http-request return status 405 content-type application/json string '{"error":"this port answers reads alone, writes go to the other one"}' hdr Allow "GET, HEAD" unless { method GET HEAD } reads
  use_backend read-synap if { nbsrv(read-synap) gt 0 }
  default_backend write-synap
`,
  )}`;
}
