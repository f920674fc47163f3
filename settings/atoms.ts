/** The kinds of values that settings are made of, with the words that an error says about them. */
import { z } from "zod";

/** Names become DNS names, container names and certificate subjects, so they obey the strictest of the three. */
export const dnsLabel = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, "1 to 32 of a-z, 0-9 and -, beginning with a letter");

/** Of a Kubernetes cluster. */
export const namespace = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "1 to 63 of a-z, 0-9 and -");

export const sqlIdentifier = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "1 to 63 of a-z, 0-9 and _, beginning with a letter")
  .refine((name) => !name.startsWith("pg_") && !name.startsWith("synfleet"), {
    message: "a name that begins neither with pg_ nor with synfleet, which are reserved",
  });

export const port = z.int().min(1, "1 to 65535").max(65535, "1 to 65535");
export const mebibytes = z.int().min(64, "64 or more (MiB)");
export const processors = z.number().positive("more than 0");
export const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "a network such as 10.0.0.0/8" });
export const ipAddress = z.union([z.ipv4(), z.ipv6()], {
  error: "an IP address such as 127.0.0.1",
});

/** What a store of keys may do when its memory is full, by the names that Redis gave them. */
export const memoryPolicies = [
  "noeviction",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const;

/** A part that is only named and placed: a sentinel, a balancer. */
export const placed = z.strictObject({
  name: dnsLabel,
  /** @default the first host; on several hosts the one with the fewest of its kind */
  host: dnsLabel.optional(),
});

/** A member of etcd. */
export const consensus = placed.extend({
  /** It is added to a cluster that is there, and never begins one. Stays so for good. @default it began the cluster with the others */
  joins: z.boolean().optional(),
});

/** Names with a number at the end: etcd1, etcd2, etcd3. */
export const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${name}${index + 1}` }));
