/** What the sections of haproxy.cfg share when they name servers and ask them. Pure. */

/** A name that is not there yet stands for an address where nothing answers: only checks decide who gets clients. */
export const resolution = "resolvers container init-addr last,libc,127.0.0.1";

export interface CheckTiming {
  /** Time between two checks of a member, in milliseconds. Default 1000. A reload. */
  readonly checkIntervalMs?: number;
  /** Failed checks in a row after which a member gets no more clients. Default 2. A reload. */
  readonly checksToFall?: number;
}

export interface ServerTiming extends CheckTiming {
  /** Time between two checks of a server whose state just changed, in milliseconds. Default 500, or the interval if that is less. */
  readonly changingIntervalMs?: number;
  /** Time between two checks of a server that is down, in milliseconds. Default the interval. */
  readonly downIntervalMs?: number;
}

/** Options of `default-server` for servers with a check of their own. */
export function checkedServers({
  checkIntervalMs = 1000,
  checksToFall = 2,
  changingIntervalMs = Math.min(500, checkIntervalMs),
  downIntervalMs = checkIntervalMs,
}: ServerTiming): string {
  return `${resolution} inter ${checkIntervalMs}ms fastinter ${changingIntervalMs}ms downinter ${downIntervalMs}ms fall ${checksToFall} rise 1`;
}

/** The check's own TLS session: the member's certificate must carry its name, and the balancer shows its own. */
export function checkOverTls(
  name: string,
  { sni = name, alpn }: { sni?: string; alpn?: string } = {},
): string {
  return `check check-ssl check-sni ${sni}${alpn ? ` check-alpn ${alpn}` : ""} verify required verifyhost ${name} ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt`;
}

/** HAProxy asks name servers by itself, and knows no list of domains to try. */
export interface Named {
  /** Domain of the members' names, where a name server knows them by their whole names alone. @default - it knows them as they are */
  readonly domain?: string | undefined;
}

export const wholeName = (name: string, { domain }: Named): string =>
  domain === undefined ? name : `${name}.${domain}`;

/** A name that HAProxy takes as one word, or an error that names the key. */
export function word(key: string, value: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(value)) return value;
  throw new Error(
    `${key} is ${JSON.stringify(value)}. Allowed: 1 to 63 letters, digits, and _ . -`,
  );
}

/** The members' names, of which there must be one. */
export function words(key: string, values: readonly string[]): string[] {
  if (values.length === 0)
    throw new Error(`${key} of the balancer: none given. Allowed: one or more.`);
  return values.map((value) => word(key, value));
}

/** HAProxy's strong quotes take everything but a quote itself. */
export function quoted(key: string, value: string): string {
  if (/[\n\r\0]/.test(value)) throw new Error(`${key} has a line break. Allowed: one line.`);
  return `'${value.replaceAll("'", "'\\''")}'`;
}
