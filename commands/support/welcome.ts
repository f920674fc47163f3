import { table } from "./table.ts";
import { defaultStack, type Outputs } from "./stack.ts";

/** What a person sees when the system is up: where it is, how to get in, and three things to try. Holds no secret. */
export function welcome(stack: string, { endpoints, credentials }: Outputs): string {
  const { user, database } = credentials.postgres;
  const output = `npm run --silent pulumi -- stack output --stack ${stack}`;
  const write = new URL(String(endpoints["write"]));
  const manager = [endpoints["managers"] ?? []].flat()[0];
  const rows = Object.entries(endpoints).flatMap(([name, urls]) =>
    [urls].flat().map((url, index) => [index === 0 ? name : "", String(url)]),
  );
  return `
SynapseDB is ready.

${indent(table(rows))}

Passwords        ${output} credentials --show-secrets
CA certificate   ${output} caCertificate > ca.crt

Try:
  export PGPASSWORD=$(${output} credentials --show-secrets | node -p 'JSON.parse(require("fs").readFileSync(0)).postgres.password')
  psql "host=${write.hostname} port=${write.port} dbname=${database} user=${user} sslmode=verify-full sslrootcert=ca.crt"
  curl --cacert ca.crt ${manager}/health
  npm run status${stack === defaultStack ? "" : ` -- --stack ${stack}`}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
