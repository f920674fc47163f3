import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UNKNOWN, type PropertyMap } from "../../provider.ts";
import { isBookkeeping } from "../bridge.ts";
import { isAbsent } from "../schema.ts";

export interface RegistryLogin {
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

/** Where a Docker daemon is and how it is reached. */
export interface Connection {
  /** As it was given, for messages. */
  readonly host: string;
  readonly via:
    | { readonly socketPath: string }
    | { readonly host: string; readonly port: number; readonly tls: boolean }
    | { readonly ssh: readonly string[] };
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly certPath?: string;
  readonly registries: readonly RegistryLogin[];
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";
const known = [
  "host",
  "sshOpts",
  "certPath",
  "caMaterial",
  "certMaterial",
  "keyMaterial",
  "registryAuth",
  "disableDockerDaemonCheck",
];

/** What the provider's configuration means; undefined while a part of it is not known yet, in a preview. */
export function parseConnection(
  config: PropertyMap,
  env: NodeJS.ProcessEnv,
): Connection | undefined {
  for (const key of Object.keys(config))
    if (!known.includes(key) && !isBookkeeping(key) && !isAbsent(config[key]))
      throw new Error(
        `docker provider: ${key} is not supported by the offline engine; allowed: ${known.join(", ")}; remove it`,
      );
  if (Object.values(config).includes(UNKNOWN)) return undefined;
  const text = (key: string) => {
    const value = config[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const host = text("host") ?? env["DOCKER_HOST"] ?? DEFAULT_HOST;
  const tls = { ca: text("caMaterial"), cert: text("certMaterial"), key: text("keyMaterial") };
  const certPath = text("certPath") ?? env["DOCKER_CERT_PATH"];
  const secure = Object.values(tls).some(Boolean) || certPath !== undefined;
  const registries = (decode(config["registryAuth"]) ?? []) as unknown as RegistryLogin[];
  return {
    host,
    via: parseHost(host, sshOptions(config), secure),
    registries,
    ...(secure ? { tls } : {}),
    ...(secure && certPath ? { certPath } : {}),
  };
}

/** Pulumi hands the structured settings of a provider over as JSON text. */
function decode(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function sshOptions(config: PropertyMap): string[] {
  const options = decode(config["sshOpts"]) ?? [];
  if (Array.isArray(options) && options.every((option) => typeof option === "string"))
    return options;
  throw new Error(
    `docker provider: sshOpts is ${JSON.stringify(options)}; allowed: a list of ssh arguments; change it`,
  );
}

function parseHost(host: string, sshOpts: string[], secure: boolean): Connection["via"] {
  const allowed = "unix:///path, tcp://host:port, ssh://user@host[:port]";
  const refusal = `docker provider: host is ${JSON.stringify(host)}; allowed: ${allowed}; change it`;
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  if (!URL.canParse(host)) throw new Error(refusal);
  const { protocol, hostname, port, username, password, pathname } = new URL(host);
  if (protocol === "tcp:" || protocol === "http:" || protocol === "https:") {
    const tls = secure || protocol === "https:";
    return { host: hostname, port: Number(port || (tls ? 2376 : 2375)), tls };
  }
  if (protocol !== "ssh:" || hostname === "" || password !== "" || pathname.replace("/", "") !== "")
    throw new Error(refusal);
  const user = username ? ["-l", decodeURIComponent(username)] : [];
  const at = port ? ["-p", port] : [];
  return { ssh: [...sshOpts, ...user, ...at, "--", hostname, "docker", "system", "dial-stdio"] };
}

/** The TLS material, read from the certificate directory where it was not given as text. */
export async function readTls(connection: Connection): Promise<NonNullable<Connection["tls"]>> {
  const { certPath, tls = {} } = connection;
  const read = async (file: string) =>
    certPath === undefined ? undefined : readFile(join(certPath, file), "utf8");
  return {
    ca: tls.ca ?? (await read("ca.pem")),
    cert: tls.cert ?? (await read("cert.pem")),
    key: tls.key ?? (await read("key.pem")),
  };
}
