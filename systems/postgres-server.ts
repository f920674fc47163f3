import type { PostgresConfArgs } from "../components/postgres/conf.ts";

/** The settings of a PostgreSQL server as every system has them. */
export interface PostgresServerArgs {
  readonly database: string;
  readonly user: string;
  readonly maxConnections: number;
  readonly sharedBuffersMiB?: number | undefined;
  readonly workMemMiB: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** The same as the components take them. */
export function postgresServer(args: PostgresServerArgs) {
  const { sharedBuffersMiB } = args;
  return {
    maxConnections: args.maxConnections,
    workMemMib: args.workMemMiB,
    memoryMib: args.memoryMiB,
    parameters: {
      ...(sharedBuffersMiB && { shared_buffers: `${sharedBuffersMiB}MB` }),
      ...args.parameters,
    },
  } satisfies PostgresConfArgs;
}
