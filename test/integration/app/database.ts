/** A plain PostgreSQL primary with a streaming standby over verified TLS: enough of a database for an app. */
import type { Bench, ConfigFile } from "../images/bench.ts";
import { until } from "../images/bench.ts";

export const database = {
  name: "synaxic",
  user: "synaxic",
  password: "it's a canary $word",
};

const server = `exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp -c hba_file=/etc/synfleet/pg_hba.conf \\
  -c ssl=on -c ssl_cert_file=/etc/synfleet/tls/node.crt -c ssl_key_file=/etc/synfleet/tls/node.key -c ssl_min_protocol_version=TLSv1.3 \\
  -c wal_keep_size=64MB`;

const primary = `set -eu
data=/var/lib/synfleet/pg
if [ ! -s "$data/PG_VERSION" ]; then
  initdb -D "$data" -U postgres --auth=trust --no-sync >/dev/null
  postgres --single -D "$data" postgres </etc/synfleet/setup.sql >/dev/null
fi
${server}
`;

// One statement a line, as PostgreSQL takes them without a server.
const setup = `create role synaxic login password '${database.password.replaceAll("'", "''")}';
create role replicator login replication password 'canary';
create database synaxic owner synaxic;
`;

const standby = `set -eu
data=/var/lib/synfleet/pg
until [ -s "$data/PG_VERSION" ] || pg_basebackup -D "$data" -R -X stream --no-sync --checkpoint=fast \\
  -d "host=postgres1 user=replicator password=canary sslmode=verify-full sslrootcert=/etc/synfleet/tls/ca.crt"; do
  rm -rf "$data"
  sleep 0.5
done
${server}
`;

const access = `local all all trust
hostssl replication replicator all scram-sha-256
hostssl synaxic synaxic all scram-sha-256
`;

/** Either of the two may be the primary one day, and is then known as "database". */
export async function startDatabase(bench: Bench): Promise<void> {
  for (const [name, program] of [
    ["postgres1", primary],
    ["postgres2", standby],
  ] as const) {
    const files: ConfigFile[] = [
      ...(await bench.certificate(name, name, ["database"])),
      { path: "start.sh", content: program },
      { path: "setup.sql", content: setup },
      { path: "pg_hba.conf", content: access },
    ];
    await bench.container(name, "postgres", files, [], {
      options: [
        "--entrypoint",
        "bash",
        ...(name === "postgres1" ? ["--network-alias", "database"] : []),
      ],
      command: ["/etc/synfleet/start.sh"],
    });
  }
  await until(
    async () =>
      (await sql(bench, "postgres1", "select state from pg_stat_replication")) === "streaming",
    "the standby to stream",
  );
}

export async function sql(bench: Bench, member: string, text: string): Promise<string> {
  const psql = ["psql", "-h", "/tmp", "-U", "postgres", "-d", database.name, "-Atqc", text];
  const { code, output } = await bench.exec(member, ...psql);
  if (code !== 0) throw new Error(output);
  return output.trim();
}

/** Kills the primary, promotes the standby, and lets the address that the app knows lead there. */
export async function failOver(bench: Bench): Promise<void> {
  await bench.docker("kill", bench.name("postgres1"));
  await sql(bench, "postgres2", "select pg_promote()");
  await bench.docker("network", "disconnect", bench.prefix, bench.name("postgres2"));
  const aliases = ["--alias", "postgres2", "--alias", "database"];
  await bench.docker("network", "connect", ...aliases, bench.prefix, bench.name("postgres2"));
}
