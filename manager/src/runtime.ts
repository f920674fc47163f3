import { readFile } from "node:fs/promises";
import { type Config, ConfigError, fingerprint, parseConfig } from "./config.ts";

/** Private key, certificate and CA of this manager, as PEM. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** All that is read from files; replaced as a whole by a reload. */
export interface Runtime {
  readonly config: Config;
  readonly tls: TlsMaterial;
  readonly token: string;
  /** Hash over the files in use, shown by /health. */
  readonly fingerprint: string;
}

/** Reads manager.json and the files it names. */
export async function loadRuntime(file: string): Promise<Runtime> {
  const text = await read("configuration file", file);
  const config = parseConfig(text, file);
  const [ca, cert, key, rawToken] = await Promise.all([
    read("tls.caFile", config.tls.caFile),
    read("tls.certFile", config.tls.certFile),
    read("tls.keyFile", config.tls.keyFile),
    read("tokenFile", config.tokenFile),
  ]);
  const token = rawToken.trim();
  if (token.length < 16) {
    throw new ConfigError(
      `tokenFile: ${config.tokenFile} holds ${token.length} characters, allowed: at least 16. ` +
        "Write a longer token.",
    );
  }
  return {
    config,
    tls: { ca, cert, key },
    token,
    fingerprint: fingerprint([text, ca, cert, key, token]),
  };
}

async function read(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new ConfigError(`${key}: cannot read ${path} (${code}). It must be there and readable.`);
  }
}
