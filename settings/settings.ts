import type { RawSettings } from "./schema.ts";

export interface HostSettings {
  readonly name: string;
  readonly engine: string;
  readonly address?: string;
}

export interface MemberSettings {
  readonly name: string;
  readonly number: number;
  readonly host: string;
  readonly port: number;
  readonly managerPort: number;
}

export interface EtcdMemberSettings {
  readonly name: string;
  readonly host: string;
}

/** The settings with nothing left to decide: every default filled in, every reference resolved, all checks passed. */
export type Settings = Readonly<
  Omit<RawSettings, "hosts" | "members" | "etcd"> & {
    hosts: readonly HostSettings[];
    members: readonly MemberSettings[];
    etcd: readonly EtcdMemberSettings[];
  }
>;

/** Base ports of the guide: 5432, 5433, … for the databases, and 8080, 8084, … for the managers. */
const POSTGRES_BASE_PORT = 5431;
const MANAGER_BASE_PORT = 8076;
const PORTS_A_MANAGER = 4;

/** Fills in what follows from other settings. A member without a number gets NaN, which the checks report. */
export function resolve(raw: RawSettings): Settings {
  const firstHost = raw.hosts[0]!.name;
  // On several hosts a member is alone on its host, and the others reach it by the published port.
  const offset = (number: number) => (raw.topology === "single-host" ? number : 1);
  return {
    ...raw,
    hosts: raw.hosts.map(({ address, ...host }) => ({ ...host, ...(address && { address }) })),
    members: raw.members.map((member) => {
      const number = member.number ?? Number(/\d+$/.exec(member.name)?.[0] ?? Number.NaN);
      return {
        name: member.name,
        number,
        host: member.host ?? firstHost,
        port: member.port ?? POSTGRES_BASE_PORT + offset(number),
        managerPort: member.managerPort ?? MANAGER_BASE_PORT + PORTS_A_MANAGER * offset(number),
      };
    }),
    etcd: raw.etcd.map(({ name, host }) => ({ name, host: host ?? firstHost })),
  };
}
