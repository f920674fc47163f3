/** How a user of a kubeconfig proves who it is. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { PropertyMap } from "../../provider.ts";
import type { Chosen } from "./kubeconfig.ts";
import { at, listAt, mapAt, textAt } from "./objects.ts";

export interface Credentials {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When they must be asked for again. */
  readonly until?: number;
}

/** Tokens in files are renewed by others; read again after this. */
const TOKEN_FILE_MS = 60_000;

export async function credentialsOf({ cluster, user }: Chosen): Promise<Credentials> {
  for (const [key, where] of [
    ["proxy-url", cluster],
    ["auth-provider", user],
    ["as", user],
  ] as const)
    if (at(where, key) !== undefined)
      throw new Error(
        `kubeconfig: ${key} is not supported by the offline engine; allowed: certificates, token, tokenFile, ` +
          "username and password, exec; change the kubeconfig or use the Pulumi CLI",
      );
  const given = { ...user, ...(at(user, "exec") ? await fromProgram(user, cluster) : {}) };
  const ca = material(cluster, "certificate-authority");
  const cert = material(given, "client-certificate");
  const key = material(given, "client-key");
  const tokenFile = textAt(given, "tokenFile");
  const token = tokenFile ? readFileSync(tokenFile, "utf8").trim() : textAt(given, "token");
  const expires = Date.parse(textAt(given, "expires"));
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(at(cluster, "insecure-skip-tls-verify") === true && { rejectUnauthorized: false }),
    ...(textAt(cluster, "tls-server-name") && { servername: textAt(cluster, "tls-server-name") }),
    ...(tokenFile && { until: Date.now() + TOKEN_FILE_MS }),
    ...(Number.isFinite(expires) && { until: expires }),
    headers: authorization(given, token),
  };
}

function authorization(user: PropertyMap, token: string): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  const name = textAt(user, "username");
  if (!name) return {};
  const pair = Buffer.from(`${name}:${textAt(user, "password")}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function material(where: PropertyMap, key: string): Buffer | undefined {
  const data = textAt(where, `${key}-data`);
  if (data) return Buffer.from(data, "base64");
  const path = textAt(where, key);
  return path ? readFileSync(path) : undefined;
}

/** A credential plugin (client.authentication.k8s.io): run, and what it says is used. */
async function fromProgram(user: PropertyMap, cluster: PropertyMap): Promise<PropertyMap> {
  const exec = mapAt(user, "exec");
  const command = textAt(exec, "command");
  const env = Object.fromEntries(
    listAt(exec, "env").map((item) => [textAt(item, "name"), textAt(item, "value")]),
  );
  const info = {
    apiVersion: textAt(exec, "apiVersion"),
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec["provideClusterInfo"] === true && { cluster: { server: cluster["server"] } }),
    },
  };
  let said: PropertyMap;
  try {
    const { stdout } = await promisify(execFile)(command, listAt(exec, "args").map(String), {
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    });
    said = JSON.parse(stdout) as PropertyMap;
  } catch (error) {
    throw new Error(
      `kubeconfig: the credential plugin ${command} failed: ${(error as Error).message}`,
      { cause: error },
    );
  }
  const status = mapAt(said, "status");
  const pem = (key: string) => Buffer.from(textAt(status, key)).toString("base64");
  return {
    token: textAt(status, "token"),
    expires: textAt(status, "expirationTimestamp"),
    ...(textAt(status, "clientCertificateData") && {
      "client-certificate-data": pem("clientCertificateData"),
      "client-key-data": pem("clientKeyData"),
    }),
  };
}
