import type { SystemName } from "../../settings/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { defaultStack, type Outputs } from "./stack.ts";
import { table } from "./table.ts";

interface Try {
  readonly title: string;
  /** Commands that show that it works; they hold no secret. */
  readonly lines: (
    outputs: Outputs,
    password: (path: string) => string,
    verified: string,
  ) => readonly string[];
}

const systems: Readonly<Record<SystemName, Try>> = {
  synapsedb: {
    title: "SynapseDB",
    lines: (outputs, password) => [
      ...psql(outputs, password),
      `curl --cacert ca.crt ${first(outputs, "managers")}/health`,
    ],
  },
  synaxic: {
    title: "Synaxic",
    lines: (outputs, password, verified) => {
      const redis = new URL(first(outputs, "redis"));
      const user = outputs.credentials.redis?.user;
      return [
        ...psql(outputs, password),
        `curl ${verified}${first(outputs, "app")}/actuator/health`,
        `export REDISCLI_AUTH=$(${password("redis.password")})`,
        `redis-cli --tls --cacert ca.crt -h ${redis.hostname} -p ${redis.port} --user ${user} ping`,
      ];
    },
  },
  synap: {
    title: "Synap",
    lines: (outputs, password) => [
      `${password("synap.password")} | sed 's/^/user = "${outputs.credentials.synap?.user}:/; s/$/"/' > synap.curl`,
      `curl --cacert ca.crt --config synap.curl ${first(outputs, "write")}/kv/set --json '{"key":"greeting","value":"hello"}'`,
      `curl --cacert ca.crt --config synap.curl ${first(outputs, "read")}/kv/get/greeting`,
    ],
  },
};

/**
 * What a person sees when the system is up: where it is, how to get in, and what to try. Holds no secret.
 * @param looks commands that show what it runs on
 * @param isSite whether browsers' certificate is not of the deployment's authority
 */
export function welcome(
  stack: string,
  system: SystemName,
  outputs: Outputs,
  looks: readonly string[] = [],
  isSite = false,
): string {
  const output = `npm run --silent pulumi -- stack output --stack ${stack}`;
  const password = (path: string) =>
    `${output} credentials --show-secrets | node -p 'JSON.parse(require("fs").readFileSync(0)).${path}'`;
  const rows = Object.entries(outputs.endpoints).flatMap(([name, urls]) =>
    [urls].flat().map((url, index) => [index === 0 ? name : "", String(url)]),
  );
  const { title, lines } = systems[system];
  const tries = [
    ...lines(outputs, password, isSite ? "" : "--cacert ca.crt "),
    `npm run status${stack === defaultStack ? "" : ` -- --stack ${stack}`}`,
    ...looks,
  ];
  return `
${title} is ready.

${indent(table(rows))}

Passwords        ${output} credentials --show-secrets
CA certificate   ${output} caCertificate > ca.crt

Try:
${indent(tries.join("\n"))}`;
}

/** On a Swarm, how to see its services: by the first host, which manages it. Pure. */
export function looksAt({ platform, hosts }: Pick<Settings, "platform" | "hosts">): string[] {
  const { address, ssh } = hosts[0]!;
  if (platform !== "swarm" || !ssh) return [];
  const port = ssh.port === 22 ? "" : `-p ${ssh.port} `;
  return [`ssh ${port}${ssh.user}@${address} docker service ls`];
}

function psql(outputs: Outputs, password: (path: string) => string): string[] {
  const { user, database } = outputs.credentials.postgres;
  const write = new URL(first(outputs, "write"));
  return [
    `export PGPASSWORD=$(${password("postgres.password")})`,
    `psql "host=${write.hostname} port=${write.port} dbname=${database} user=${user} sslmode=verify-full sslrootcert=ca.crt"`,
  ];
}

function first({ endpoints }: Outputs, name: string): string {
  return String([endpoints[name] ?? []].flat()[0]);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
