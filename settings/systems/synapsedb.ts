import { z } from "zod";
import { consensus, dnsLabel, numbered, port } from "../atoms.ts";
import { common, commonPorts } from "../common.ts";
import { named, sharedPorts, type Parts, type Problem } from "../parts.ts";
import { postgres } from "../postgres.ts";
import { onHosts } from "../resolve.ts";

const member = z.strictObject({
  name: dnsLabel,
  /** 1 to 16, never used twice, also not after a removal: generated keys are kept apart by it. @default the digits its name ends in */
  number: z.int().min(1, "1 to 16").max(16, "1 to 16").optional(),
  /** @default the first host; on several hosts the first that has no other member */
  host: dnsLabel.optional(),
  /** Port of its host that leads to its database. @default 5431 + number; 5432 on several hosts */
  port: port.optional(),
  /** Port of its host that leads to its manager. @default 8076 + 4 × number; 8080 on several hosts */
  managerPort: port.optional(),
});

const server = z.strictObject(postgres("synapsedb"));
const ports = z.strictObject({
  read: port.default(5001),
  write: port.default(5002),
  ...commonPorts,
});

export const schema = z.strictObject({
  system: z.literal("synapsedb").default("synapsedb"),
  ...common,
  /** @default postgres1, postgres2 and postgres3; on several hosts one a host, numbered in their order */
  members: z
    .array(member)
    .min(2, "at least two members: one alone is not highly available")
    .optional(),
  /** @default etcd1, etcd2 and etcd3; on two hosts etcd1 */
  etcd: z.array(consensus).optional(),
  postgres: server.default(server.parse({})),
  ports: ports.default(ports.parse({})),
});

export type SynapseDBSettings = ReturnType<typeof resolve>;

/** Base ports of the guide: 5432, 5433, … for the databases, and 8080, 8084, … for the managers. */
const POSTGRES_BASE_PORT = 5431;
const MANAGER_BASE_PORT = 8076;
const PORTS_A_MANAGER = 4;

/** Fills in what follows from other settings. A member without a number gets NaN, which the checks report. */
export function resolve(raw: z.infer<typeof schema>) {
  const { placed, membersOf, quorumOf, ...rest } = onHosts(raw);
  const members: readonly z.infer<typeof member>[] =
    raw.members ??
    membersOf(numbered("postgres", 3), (_, index) => ({ name: `postgres${index + 1}` }));
  // On several hosts a member has its host for itself.
  const offset = (number: number) => (raw.topology === "single-host" ? number : 1);
  return {
    ...raw,
    ...rest,
    members: placed(members).map((member) => {
      const number = member.number ?? Number(/\d+$/.exec(member.name)?.[0] ?? Number.NaN);
      return {
        name: member.name,
        host: member.host,
        number,
        port: member.port ?? POSTGRES_BASE_PORT + offset(number),
        managerPort: member.managerPort ?? MANAGER_BASE_PORT + PORTS_A_MANAGER * offset(number),
      };
    }),
    etcd: placed(raw.etcd ?? quorumOf("etcd")),
  };
}

export function partsOf(settings: SynapseDBSettings): Parts {
  const { balancers, members, etcd } = settings;
  return {
    named: [...named("balancers", balancers), ...named("members", members), ...named("etcd", etcd)],
    reserved: /^(prometheus|grafana|init|network|node-exporter.*|(manager|postgres-exporter)\d*)$/,
    ports: [
      ...members.map(({ host, port }, index) => ({ key: `members[${index}].port`, host, port })),
      ...members.map(({ host, managerPort }, index) => ({
        key: `members[${index}].managerPort`,
        host,
        port: managerPort,
      })),
      ...sharedPorts(settings),
    ],
  };
}

/** The rules that only this system has. */
export function check(settings: SynapseDBSettings): Problem[] {
  return numbers(settings);
}

function numbers({ members }: SynapseDBSettings): Problem[] {
  return members.flatMap(({ name, number }, index) => {
    const key = `members[${index}].number`;
    if (!(number >= 1 && number <= 16)) {
      const next = `give it, since it cannot be taken from the end of the name ${name}`;
      return [{ key, got: Number.isNaN(number) ? undefined : number, allowed: "1 to 16", next }];
    }
    const first = members.findIndex((other) => other.number === number);
    const next = `members[${first}] has it already`;
    return first === index ? [] : [{ key, got: number, allowed: "a number used once", next }];
  });
}
