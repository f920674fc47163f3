import { createHash } from "node:crypto";
import { z } from "zod";

const port = z.int().min(1).max(65535);
const number = z.int().min(1).max(16);
const address = z.strictObject({ host: z.string().min(1), port });

const member = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "lower-case letters, digits and dashes"),
  /** Stable number of the member; it spreads sequences, so it is never reused and never an index. */
  number,
  host: z.string().min(1),
  port,
  /** Where this member's ClusterManager listens. */
  manager: address,
  /** Name of the etcd member beside it; clusters of more members than etcd has leave it out. */
  etcd: z.string().min(1).optional(),
});

const admission = z.strictObject({
  openBelowBytes: z.int().min(0).default(1_048_576),
  openBelowSeconds: z.number().min(0).default(3),
  closeAboveBytes: z.int().min(1).default(67_108_864),
  closeAboveSeconds: z.number().min(1).default(30),
  /** How long a down subscription or a high lag is borne before admission is withdrawn. */
  withdrawAfterSeconds: z.number().min(0).default(10),
  /** A peer that has not answered for this long no longer holds up the admission of a started member. */
  absentAfterSeconds: z.number().min(0).default(15),
  /** Room on its volume below which a member closes while another has more; 5 % of a small volume. */
  closeBelowFreeBytes: z.int().min(0).default(536_870_912),
});

export const configSchema = z
  .strictObject({
    cluster: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "lower-case letters, digits and dashes"),
    /** The member this manager serves; null for the initialiser. */
    serves: z.string().nullable(),
    listen: z.strictObject({ host: z.string().default("0.0.0.0"), port }),
    members: z.array(member).min(1).max(16),
    database: z.strictObject({ name: z.string().min(1), user: z.string().min(1) }),
    etcd: z.array(z.strictObject({ name: z.string().min(1), url: z.url() })).min(1),
    balancer: z.strictObject({ read: address, write: address }).optional(),
    tls: z.strictObject({
      caFile: z.string().min(1),
      certFile: z.string().min(1),
      keyFile: z.string().min(1),
    }),
    tokenFile: z.string().min(1),
    admission: admission.prefault({}),
    pollMilliseconds: z.int().min(100).max(60_000).default(1000),
    logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
    initialise: z.strictObject({ timeoutSeconds: z.int().min(1).default(300) }).prefault({}),
  })
  .superRefine((config, context) => {
    const report = (path: (string | number)[], input: unknown, message: string) =>
      context.addIssue({ code: "custom", path, input, message });
    for (const key of ["name", "number"] as const) {
      const seen = new Set<string | number>();
      config.members.forEach((entry, index) => {
        if (seen.has(entry[key])) {
          report(["members", index, key], entry[key], `a ${key} that no other member has`);
        }
        seen.add(entry[key]);
      });
    }
    const names = config.members.map((entry) => entry.name);
    if (config.serves !== null && !names.includes(config.serves)) {
      report(["serves"], config.serves, `one of ${names.join(", ")}`);
    }
    const etcdNames = config.etcd.map((entry) => entry.name);
    config.members.forEach((entry, index) => {
      if (entry.etcd !== undefined && !etcdNames.includes(entry.etcd)) {
        report(["members", index, "etcd"], entry.etcd, `one of ${etcdNames.join(", ")}`);
      }
    });
    for (const unit of ["Bytes", "Seconds"] as const) {
      const open = config.admission[`openBelow${unit}`];
      const close = config.admission[`closeAbove${unit}`];
      if (open >= close) {
        report(
          ["admission", `openBelow${unit}`],
          open,
          `less than closeAbove${unit} (${close}), so that a member does not flap`,
        );
      }
    }
  });

/** The checked configuration of a manager. */
export type Config = z.output<typeof configSchema>;
export type MemberConfig = Config["members"][number];
export type AdmissionLimits = Config["admission"];

/** A configuration that cannot be used; the message lists every fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Parses and checks the text of manager.json. `source` is only named in errors. */
export function parseConfig(text: string, source: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${source} is not JSON: ${(error as Error).message}. Write it again.`);
  }
  const parsed = configSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `  ${describeIssue(issue)}`);
  throw new ConfigError(
    [`${source} has ${faults.length} fault(s):`, ...faults, "Correct them and reload."].join("\n"),
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join(".") || "(whole file)";
  if (issue.code === "unrecognized_keys") {
    return `${key}: unknown key ${issue.keys.map((name) => `"${name}"`).join(", ")}; remove it`;
  }
  const got = issue.input === undefined ? "nothing" : JSON.stringify(issue.input);
  return `${key}: got ${got}, allowed: ${allowed(issue)}`;
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `a value of type ${issue.expected}`;
    case "too_small":
      return `at least ${issue.minimum}${issue.origin === "number" ? "" : ` ${issue.origin} element`}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_value":
      return issue.values.map(String).join(", ");
    default:
      return issue.message;
  }
}

/** The member that this manager serves, and the others. */
export function splitMembers(config: Config): { own: MemberConfig; peers: MemberConfig[] } {
  const own = config.members.find((entry) => entry.name === config.serves);
  if (own === undefined) {
    throw new ConfigError(
      `serves: got ${JSON.stringify(config.serves)}, allowed: the name of a member. ` +
        "Only the initialiser may leave it null.",
    );
  }
  return { own, peers: config.members.filter((entry) => entry !== own) };
}

/** Twelve hex digits over the files a manager runs on, so that `apply` can tell when they are in use. */
export function fingerprint(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}
