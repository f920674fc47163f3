import { run, type Ended } from "../../commands/support/process.ts";
import type { Outputs } from "../../commands/support/stack.ts";
import { imageTag } from "../../images/build.ts";

/** One statement by PostgreSQL's own client, which finds its way through the hosts of a URL by itself. */
export function psql(
  url: string,
  statement: string,
  { caCertificate, credentials }: Outputs,
): Promise<Ended> {
  const { user, password } = credentials.postgres;
  const script = `umask 077
read -r password
echo "*:*:*:*:$password" > /tmp/password
cat > /tmp/ca.crt
PGPASSFILE=/tmp/password exec psql -X -A -t -v ON_ERROR_STOP=1 -c "$2" "$1"`;
  const verified = `${url}${url.includes("?") ? "&" : "?"}user=${user}&sslmode=verify-full&sslrootcert=/tmp/ca.crt`;
  return run(
    "docker",
    [
      ...["run", "--rm", "--interactive", "--network", "host", "--entrypoint", "sh"],
      ...[imageTag("postgres"), "-c", script, "sh", verified, statement],
    ],
    { input: `${password}\n${caCertificate}` },
  );
}

/** Such a URL as one for each of its hosts, for a client that takes one. */
export function urlsOf(url: string): string[] {
  const [, hosts = "", database = ""] = /^postgresql:\/\/([^/]+)\/([^?]+)/.exec(url) ?? [];
  return hosts.split(",").map((host) => `postgresql://${host}/${database}`);
}
