/** What the managers of a SynapseDB say, wherever they can be asked. */
import { MANAGER_PORT, managerAlias } from "../../components/manager/spec.ts";
import { CONFIG_DIRECTORY } from "../../components/platform/platform.ts";
import type { SynapseDBSettings } from "../../settings/settings.ts";
import { lastWords, type Exec } from "./container.ts";
import { get } from "./https.ts";
import type { Outputs } from "./stack.ts";

const PATHS = ["/raft/status", "/cluster/members", "/replication/status"] as const;

/** Its answer to each of the paths. */
type Told = readonly Readonly<Record<string, unknown>>[];

export interface Manager {
  readonly name: string;
  /** What it says, or why it says nothing. */
  readonly ask: () => Promise<Told | string>;
}

/** By their published ports. */
export function managersAt({ endpoints, credentials, caCertificate }: Outputs): Manager[] {
  const headers = { authorization: `Bearer ${credentials.managerToken}` };
  const from = async (url: string, path: string): Promise<Told[number]> => {
    const { status, text } = await get(`${url}${path}`, caCertificate, { headers });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return JSON.parse(text) as Told[number];
  };
  return [endpoints["managers"] ?? []].flat().map((url) => ({
    name: url,
    ask: () =>
      Promise.all(PATHS.map((path) => from(url, path))).catch((error: Error) => error.message),
  }));
}

/** From within their own containers: names and ports of a cluster are for its pods, and whoever looks is seldom one. */
export function managersIn({ members }: Pick<SynapseDBSettings, "members">, exec: Exec): Manager[] {
  return members.map(({ number }) => {
    const name = managerAlias(number);
    return {
      name,
      ask: async () => {
        const ended = await exec(name, ["node", "--eval", ASK_ITSELF]);
        return ended.code === 0 ? (JSON.parse(ended.stdout) as Told) : lastWords(ended);
      },
    };
  });
}

/** The token stays where it is. */
const ASK_ITSELF = `
const { readFileSync } = require("node:fs");
const { get } = require("node:https");
const text = (name) => readFileSync(${JSON.stringify(CONFIG_DIRECTORY)} + "/" + name, "utf8");
const options = {
  ca: text("tls/ca.crt"),
  headers: { authorization: "Bearer " + text("secrets/manager_token").trim() },
  timeout: 5000,
};
const ask = (path) => new Promise((resolve, reject) => {
  const call = get("https://localhost:${MANAGER_PORT}" + path, options, (answer) => {
    let body = "";
    answer.setEncoding("utf8").on("data", (chunk) => (body += chunk));
    answer.on("end", () => answer.statusCode === 200 ? resolve(JSON.parse(body)) : reject(new Error(path + " answered " + answer.statusCode)));
  });
  call.on("timeout", () => call.destroy(new Error(path + ": no answer within 5 s")));
  call.on("error", reject);
});
Promise.all(${JSON.stringify(PATHS)}.map(ask)).then(
  (told) => console.log(JSON.stringify(told)),
  (error) => { console.error(error.message); process.exitCode = 1; },
);
`;
