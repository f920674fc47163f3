import { request } from "node:https";
import { isIP, type LookupFunction } from "node:net";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Ask {
  readonly ca: string;
  readonly method?: string;
  readonly json?: unknown;
  readonly user?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer is waited for. @default 10 */
  readonly seconds?: number;
  /** Where the URL's name leads, for one that this machine's name server does not know. */
  readonly address?: string;
}

/** One request over verified TLS, as a client would make it. */
export function ask(
  url: string,
  { ca, method = "GET", json, seconds = 10, ...given }: Ask,
): Promise<Answer> {
  const { user, password, address } = given;
  const body = json === undefined ? undefined : JSON.stringify(json);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        ca,
        method,
        agent: false,
        timeout: seconds * 1000,
        ...(address !== undefined && { lookup: always(address) }),
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...given.headers,
        },
        ...(user !== undefined && { auth: `${user}:${password}` }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode!, text, headers: response.headers }),
        );
      },
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${seconds} s`)));
    call.on("error", reject);
    call.end(body);
  });
}

const always =
  (address: string): LookupFunction =>
  (_, { all }, told) =>
    all ? told(null, [{ address, family: isIP(address) }]) : told(null, address, isIP(address));
