/** The settings of a PostgreSQL server that do not depend on how it replicates. */
import { z } from "zod";
import { mebibytes, processors, sqlIdentifier } from "./atoms.ts";

export const postgres = (name: string) => ({
  /** Database of the applications. Cannot be changed once the cluster exists. */
  database: sqlIdentifier.default(name),
  /** Its owner, the user of the applications; no superuser. */
  user: sqlIdentifier.default(name),
  /** Limit of connections to one node. A change restarts the nodes, one at a time. */
  maxConnections: z.int().min(20, "20 to 10000").max(10000, "20 to 10000").default(200),
  /** PostgreSQL's own page cache. A change restarts the nodes, one at a time. @default a quarter of memoryMiB */
  sharedBuffersMiB: mebibytes.optional(),
  /** Memory that one sort or hash may use. A change is a reload. */
  workMemMiB: z.int().min(1, "1 or more (MiB)").default(8),
  /** Hard limit of a node's container. */
  memoryMiB: z.int().min(512, "512 or more (MiB)").default(1024),
  /** Processors a node may use at most. */
  cpus: processors.default(2),
  /** Any other parameter of postgresql.conf, by its own name. What the cluster relies on cannot be set here. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
