/** What the resource takes, checked before anything is done. Pure. */
import { isIP } from "node:net";
import { z } from "zod";
import type { HostInputs } from "../components/host/wanted.ts";
import type { SwarmMemberInputs } from "../components/swarm/wanted.ts";

const word = /^[\w][\w.@:+-]*$/;
const path = z
  .string()
  .regex(/^(\/[\w][\w.:-]*)+$/, "an absolute path of letters, digits, ., :, _ and -");
const key = z.string().regex(/^[a-z][\w]*(\.[\w-]+)+$/, "a name such as vm.swappiness");
const unit = z.string().regex(word, "a unit's name");
const alternatives = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.+-]*( \| [a-z0-9][a-z0-9.+-]*)*$/,
    'packages, as "docker.io | docker-ce"',
  );

const login = z.strictObject({
  name: z.string().min(1),
  address: z.string().refine((text) => isIP(text) !== 0, "an address of IPv4 or IPv6"),
  user: z.string().regex(/^[a-z_][\w-]*$/, "a login of letters, digits, _ and -"),
  port: z.int().min(1).max(65535),
  keyFile: z.string().min(1).optional(),
  hostKey: z
    .string()
    .regex(/^(ssh|ecdsa)-[a-z0-9-]+ AAAA[\w+/]+={0,2}( [^\r\n]*)?$/, "a public key")
    .optional(),
});

const host = z.strictObject({
  login,
  owner: z.string().regex(/^[^\s]+$/, "a name without spaces"),
  packages: z.record(alternatives, z.enum(["installed", "optional"])),
  files: z.record(
    path,
    z.strictObject({
      content: z.string(),
      mode: z.string().regex(/^0[0-7]{3}$/, 'a mode such as "0644"'),
      restarts: unit.optional(),
    }),
  ),
  sysctl: z.record(key, z.string().regex(/^[^\r\n]+$/, "one line")),
  units: z.record(unit, z.strictObject({ enabled: z.boolean(), active: z.boolean() })),
  firewall: z
    .strictObject({ rules: z.string().min(1), inForce: z.literal("yes").default("yes") })
    .optional(),
  timeSynchronised: z.boolean(),
});

const swarmMember = z.strictObject({
  login,
  managers: z.array(login),
  founds: z.boolean(),
  address: z.string().refine((text) => isIP(text) !== 0, "an address of IPv4 or IPv6"),
  role: z.enum(["manager", "worker"]),
  labels: z.record(
    z.string().regex(/^[a-z0-9][\w.-]*$/, "a label's name of letters, digits, ., _ and -"),
    z.string().regex(/^[\w.-]+$/, "letters, digits, ., _ and -"),
  ),
  state: z.literal("ready").default("ready"),
});

/** By Pulumi's SDK: what stands for a value that a preview does not know yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export const checkHost = (given: unknown) =>
  checked(given, (value) => {
    const parsed = host.safeParse(value);
    return parsed.success ? (parsed.data satisfies HostInputs) : parsed.error;
  });

export const checkSwarmMember = (given: unknown) =>
  checked(given, (value) => {
    const parsed = swarmMember.safeParse(value);
    return parsed.success ? (parsed.data satisfies SwarmMemberInputs) : parsed.error;
  });

/** Values that are not known yet are not judged: the run that knows them does. */
function checked(
  given: unknown,
  parse: (value: unknown) => object,
): { inputs: unknown; failures: Failure[] } {
  if (JSON.stringify(given).includes(UNKNOWN)) return { inputs: given, failures: [] };
  const parsed = parse(given);
  if (!(parsed instanceof z.ZodError)) return { inputs: parsed, failures: [] };
  const failures = parsed.issues.map((issue) => ({
    property: String(issue.path[0] ?? "login"),
    reason: `${issue.path.map(String).join(".")}: ${issue.code === "invalid_key" ? issue.issues[0]!.message : issue.message}`,
  }));
  return { inputs: given, failures };
}
