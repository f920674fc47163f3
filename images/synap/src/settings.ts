/** What this container is told by the deployment, and where its things are. */
import { readFileSync } from "node:fs";

export interface Settings {
  /** This member; also its address in the deployment. */
  readonly name: string;
  /** All members, this one among them. */
  readonly members: readonly string[];
  /** The member that the deployment wants as master. What holds while it runs is in the state: see `decide`. */
  readonly master: string;
  /** Name in the certificate of every member, and of nobody else. */
  readonly group: string;
  readonly user: string;
  /** Writes after which a master lets replicas begin later in its log. It keeps the last million for them. @default 400000 */
  readonly rebaseAfter?: number;
}

export const configuration = "/etc/synfleet";
export const data = "/var/lib/synfleet";
export const runDirectory = "/run/synfleet";

export const paths = {
  settings: `${configuration}/synap.json`,
  server: `${configuration}/config.yml`,
  guard: `${configuration}/haproxy.cfg`,
  password: `${configuration}/secrets/password`,
  tls: `${configuration}/tls`,
  state: `${data}/state.json`,
  /** What is durable: the log that the server writes on the master, and its copy on a replica. */
  home: `${data}/data`,
  log: `${data}/data/wal/synap.wal`,
  /** What a replica's server works with; made anew at each of its starts. */
  scratch: `${data}/replica`,
  aside: `${data}/aside`,
  mode: `${runDirectory}/mode.map`,
  key: `${runDirectory}/key.map`,
  control: `${runDirectory}/control.sock`,
  guardSocket: `${runDirectory}/guard.sock`,
} as const;

export const ports = {
  /** Members among themselves: control, the copy of the log, the replication stream. */
  control: 15600,
  /** The server's own, reachable in this container alone. */
  server: 25500,
  replication: 25600,
} as const;

export function readSettings(path: string = paths.settings): Settings {
  return JSON.parse(readFileSync(path, "utf8")) as Settings;
}

/** A password file may end in a line break; the password may not. */
export function readPassword(): string {
  return readFileSync(paths.password, "utf8").replace(/\n$/, "");
}
