import { z } from "zod";
import {
  dnsLabel,
  mebibytes,
  memoryPolicies,
  numbered,
  placed as part,
  port,
  processors,
} from "../atoms.ts";
import { common, commonPorts } from "../common.ts";
import { named, sharedPorts, type Parts, type Problem } from "../parts.ts";
import { onHosts } from "../resolve.ts";

const server = z.strictObject({
  /** Memory for data; what goes over it is evicted by the policy. A change restarts the members, one at a time. */
  maxMemoryMiB: mebibytes.default(512),
  /** What happens when that is full. A change restarts the members, one at a time. */
  evictionPolicy: z.enum(memoryPolicies).default("allkeys-lru"),
  /** Processors a member may use at most. */
  cpus: processors.default(1),
});

const ports = z.strictObject({
  write: port.default(15500),
  read: port.default(15510),
  ...commonPorts,
});

export const schema = z.strictObject({
  system: z.literal("synap"),
  ...common,
  /** @default synap1, synap2 and synap3; on several hosts one a host, called after it */
  members: z.array(part).min(1, "at least one member").optional(),
  /** The member that takes the writes. A change promotes it. @default the first */
  master: dnsLabel.optional(),
  synap: server.default(server.parse({})),
  ports: ports.default(ports.parse({})),
});

export type SynapSettings = ReturnType<typeof resolve>;

export function resolve(raw: z.infer<typeof schema>) {
  const { placed, membersOf, name, hosts, balancers } = onHosts(raw);
  const members = placed(
    raw.members ??
      membersOf<z.infer<typeof part>>(numbered("synap", 3), (name) => ({ name, host: name })),
  );
  return { ...raw, name, hosts, balancers, members, master: raw.master ?? members[0]!.name };
}

export function partsOf(settings: SynapSettings): Parts {
  return {
    named: [...named("balancers", settings.balancers), ...named("members", settings.members)],
    reserved: /^(prometheus|grafana|network|node-exporter.*)$/,
    ports: sharedPorts(settings),
  };
}

/** The rules that only this system has. */
export function check({ members, master }: SynapSettings): Problem[] {
  const names = members.map(({ name }) => name);
  if (names.includes(master)) return [];
  return [{ key: "master", got: master, allowed: names.join(", "), next: "name a member" }];
}
