/** What `/actuator/health` says, in the words of Spring Boot. */
import type { DatabaseHealth } from "./adapters/database.ts";

export type Mode = "write" | "read";

export interface ComponentHealth {
  readonly status: "UP" | "DOWN";
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Health {
  readonly status: "UP" | "DOWN";
  readonly components: Readonly<Record<"db" | "redis", ComponentHealth>>;
}

/** Both parts at once; each that fails is DOWN with the reason. */
export async function health(
  mode: Mode,
  parts: { database: () => Promise<DatabaseHealth>; cache: () => Promise<void> },
): Promise<Health> {
  const [db, redis] = await Promise.all([
    parts.database().then((seen) => databaseHealth(mode, seen), down),
    parts.cache().then(() => ({ status: "UP" as const }), down),
  ]);
  const up = db.status === "UP" && redis.status === "UP";
  return { status: up ? "UP" : "DOWN", components: { db, redis } };
}

/** An instance that writes needs the primary; every instance needs the table, which a standby gets from the primary. */
export function databaseHealth(mode: Mode, { role, table }: DatabaseHealth): ComponentHealth {
  if (mode === "write" && role === "standby") {
    return { status: "DOWN", details: { role, error: "a standby takes no writes" } };
  }
  if (!table) {
    return { status: "DOWN", details: { role, error: "table item is not there yet" } };
  }
  return { status: "UP", details: { role } };
}

function down(error: unknown): ComponentHealth {
  return { status: "DOWN", details: { error: errorText(error) } };
}

/** The text of an error, with its code when it has one (a refused connection has an empty message). */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  if (error.message === "" && inner !== undefined) return errorText(inner);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
