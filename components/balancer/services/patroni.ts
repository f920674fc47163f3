/** A streaming cluster behind the balancer: each member's Patroni is asked for its role. Pure. */
import { failoverTimers, type FailoverProfile } from "../../postgres/streaming/profile.ts";
import type { BalancedService } from "../service.ts";
import {
  checkedServers,
  checkOverTls,
  wholeName,
  word,
  words,
  type CheckTiming,
  type Named,
} from "../servers.ts";

export interface PatroniServiceArgs extends CheckTiming, Named {
  /** Names of the members, in any order: which of them takes writes is their own affair. A reload. */
  readonly members: readonly string[];
  /** Ports of the balancer's host. Changing one replaces the balancer. */
  readonly published: { readonly read: number; readonly write: number };
  /** Ports inside of the deployment, for a balancer that has several services. Default read 5001, write 5002. A reload. */
  readonly ports?: { readonly read: number; readonly write: number };
  /** Tells its sections from those of other services. Default `postgres`. A reload. */
  readonly name?: string;
  /** A replica that is further behind gets no reads, in MiB. Default 16. A reload. */
  readonly maxLagMib?: number;
  /** The cluster's own: how often members are asked. Default `fast`. A reload. */
  readonly profile?: FailoverProfile;
}

/** Writes to the leader; reads over the replicas, and to the leader while none is fit. */
export function patroniService(args: PatroniServiceArgs): BalancedService {
  const { read, write } = ports(args);
  return {
    sections: patroniSections(args),
    ports: [
      { internal: read, published: args.published.read },
      { internal: write, published: args.published.write },
    ],
  };
}

const ports = (args: Pick<PatroniServiceArgs, "ports">) =>
  args.ports ?? { read: 5001, write: 5002 };

export function patroniSections(args: Omit<PatroniServiceArgs, "published">): string {
  const name = word("name", args.name ?? "postgres");
  const members = words("members", args.members);
  const lag = args.maxLagMib ?? 16;
  if (!Number.isInteger(lag) || lag < 1) {
    throw new Error(`maxLagMib of the balancer is ${lag}. Allowed: a whole number from 1.`);
  }
  const { checkIntervalMs } = failoverTimers(args.profile ?? "fast");
  const timing = { checkIntervalMs, ...args };
  // Nobody writes until the new leader is seen, and a check of one that is down is all that sees it.
  const soon = Math.ceil(timing.checkIntervalMs / 2);
  const prompt = checkedServers({ ...timing, changingIntervalMs: soon, downIntervalMs: soon });
  const backend = (
    role: string,
    path: string,
    servers: string,
    more = "",
    expects?: string,
  ) => `backend ${role}-${name}
  balance leastconn
${more}  option httpchk
  http-check send meth ${expects ? "GET" : "OPTIONS"} uri ${path}
  http-check expect status 200
${expects ?? ""}  # A member that lost its role has sessions that would go on writing, or reading the past: they end with it.
  default-server ${servers}
${members.map((member) => `  server ${member} ${wholeName(member, args)}:5432 port 8008 ${checkOverTls(member)}\n`).join("")}`;
  const { read, write } = ports(args);
  return `# TLS is the client's with PostgreSQL: it passes through. Each member's Patroni tells its role, over TLS with certificates.
${backend("write", "/primary", prompt, holding(soon), LEADS)}
${backend("read", `/replica?lag=${lag}MB`, checkedServers(timing))}
frontend write-${name}
  bind :${write}
  default_backend write-${name}

frontend read-${name}
  bind :${read}
  use_backend read-${name} if { nbsrv(read-${name}) gt 0 }
  default_backend write-${name}
`;
}

/** A member has the lead a moment before its server takes writes: until then they would fail as those on a replica. */
const LEADS = `  http-check expect string '"role": "primary"'
`;

/** HAProxy pauses between two attempts for as long as one may take, and the old leader is taken for up until it has failed two checks. */
function holding(pauseMs: number): string {
  return `  # While the lead is handed over, a client that connects is held rather than refused.
  retries 8
  timeout connect ${pauseMs}ms
`;
}
