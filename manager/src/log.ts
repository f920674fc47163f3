export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** JSON lines on stdout. Callers pass names and numbers, never connection objects or file contents. */
export function createLog(
  lowest: () => LogLevel,
  write: (line: string) => void = (line) => process.stdout.write(line),
  now: () => Date = () => new Date(),
): Log {
  return (level, message, fields = {}) => {
    if (order.indexOf(level) < order.indexOf(lowest())) return;
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
  };
}

/** The text of an error, with its code when it has one (a refused connection has an empty message). */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  if (error.message === "" && inner !== undefined) return errorText(inner);
  const code = (error as NodeJS.ErrnoException).code;
  return error.message || code || error.name;
}
