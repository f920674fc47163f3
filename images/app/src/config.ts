/** Configuration of the reference app: app.json and the files beside it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const endpoint = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  user: z.string().min(1),
});

const schema = z.strictObject({
  /** Name of this instance; answers carry it. */
  instance: z.string().min(1),
  /** `write` serves all; `read` refuses what would write, and asks replicas. */
  mode: z.enum(["write", "read"]),
  port: z.int().min(1).max(65535).default(8080),
  database: endpoint.extend({
    name: z.string().min(1),
    /** Connections at once. */
    connections: z.int().min(1).max(1000).default(10),
  }),
  cache: endpoint,
  /** For how long a request is tried again while a server fails over. */
  retrySeconds: z.number().min(0).max(120).default(10),
});

export type Settings = z.output<typeof schema>;

export interface Tls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** All that is read from files; replaced as a whole by a reload. */
export interface Config {
  readonly settings: Settings;
  readonly tls: Tls;
  readonly databasePassword: string;
  readonly cachePassword: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export function parseSettings(text: string, source: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${source} is not JSON: ${(error as Error).message}. Write it again.`);
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message, input }) => {
    const got = input === undefined ? "nothing" : JSON.stringify(input);
    return `  ${path.map(String).join(".") || "(whole file)"}: got ${got}; ${message}`;
  });
  throw new ConfigError(
    [`${source} has ${faults.length} fault(s):`, ...faults, "Correct them and reload."].join("\n"),
  );
}

export async function loadConfig(directory: string): Promise<Config> {
  const read = async (name: string) => {
    const path = join(directory, name);
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      throw new ConfigError(`cannot read ${path} (${code}). Deploy the stack again.`);
    }
  };
  const secret = async (name: string) => (await read(`secrets/${name}`)).replace(/\n$/, "");
  return {
    settings: parseSettings(await read("app.json"), join(directory, "app.json")),
    tls: {
      ca: await read("tls/ca.crt"),
      cert: await read("tls/node.crt"),
      key: await read("tls/node.key"),
    },
    databasePassword: await secret("database_password"),
    cachePassword: await secret("cache_password"),
  };
}
