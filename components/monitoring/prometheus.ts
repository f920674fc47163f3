import { type Yaml, toYaml } from "./yaml.ts";

/** Something to scrape: where it is, and the labels its series get. */
export interface ScrapeTarget {
  /** Name on the network, also the `instance` label and the name its certificate must carry. */
  readonly host: string;
  readonly port: number;
  /** The member it tells about. @default - no such label */
  readonly member?: string;
}

/**
 * How Prometheus proves who asks: by its certificate, by one that has a common name and no others, by the password of the statistics, or by the managers' token.
 * Some hold the other names of a certificate against the address that it comes from, which of a Prometheus elsewhere nobody knows.
 */
export type Access = "certificate" | "common-name" | "statistics" | "manager-token";

export interface ScrapeJob {
  /** Value of the `job` label, which alert rules go by. */
  readonly name: string;
  readonly targets: readonly ScrapeTarget[];
  readonly access: Access;
  /** @default "/metrics" */
  readonly path?: string;
}

/** A job without targets is left out of Prometheus' configuration. */
export const isScraped = ({ targets }: ScrapeJob): boolean => targets.length > 0;

/** What Prometheus is to watch. All changes are reloads. */
export interface PrometheusArgs {
  /** Added to alerts and to what leaves this Prometheus, to tell stacks apart. */
  readonly cluster: string;
  /** A job without targets is left out. */
  readonly jobs: readonly ScrapeJob[];
  /** User whose password opens the balancer's and Prometheus' own pages. */
  readonly statisticsUser: string;
  /** This Prometheus. @default prometheus:9090 */
  readonly self?: ScrapeTarget;
  /** @default 15 */
  readonly scrapeIntervalSeconds?: number;
}

const tls = "/etc/synfleet/tls";
const secrets = "/etc/synfleet/secrets";

/** Every scrape is verified against the private CA, and proves who asks: by certificate, token or password. */
export function prometheusYml(args: PrometheusArgs): string {
  const intervalSeconds = args.scrapeIntervalSeconds ?? 15;
  const verify = { ca_file: `${tls}/ca.crt`, min_version: "TLS12" };
  const certificate = { ...verify, cert_file: `${tls}/node.crt`, key_file: `${tls}/node.key` };
  const access: Readonly<Record<Access, { [key: string]: Yaml }>> = {
    certificate: { tls_config: certificate },
    // Ours has one certificate, and its names are known.
    "common-name": { tls_config: certificate },
    statistics: {
      basic_auth: {
        username: args.statisticsUser,
        password_file: `${secrets}/statistics_password`,
      },
      tls_config: verify,
    },
    "manager-token": {
      // Managers name their member themselves.
      honor_labels: true,
      authorization: { type: "Bearer", credentials_file: `${secrets}/manager_token` },
      tls_config: verify,
    },
  };
  const self = args.self ?? { host: "prometheus", port: 9090 };
  const jobs: readonly ScrapeJob[] = [
    ...args.jobs,
    { name: "prometheus", targets: [self], access: "statistics" },
  ];
  return toYaml({
    global: {
      scrape_interval: `${intervalSeconds}s`,
      scrape_timeout: `${Math.min(10, intervalSeconds)}s`,
      evaluation_interval: `${intervalSeconds}s`,
      external_labels: { cluster: args.cluster },
    },
    rule_files: ["/etc/synfleet/rules.yml"],
    scrape_configs: jobs.filter(isScraped).map((job) => ({
      job_name: job.name,
      scheme: "https",
      ...(job.path && { metrics_path: job.path }),
      ...access[job.access],
      static_configs: job.targets.map(({ host, port, member }) => ({
        targets: [`${host}:${port}`],
        labels: { instance: host, ...(member === undefined ? {} : { member }) },
      })),
    })),
  });
}

/** Options of the Prometheus program, a line each; changes restart it. */
export function prometheusArguments(args: {
  /** @default 15 */
  readonly retentionDays?: number;
  /** Room for the series, whichever of the two limits comes first. @default 2048 */
  readonly retentionMiB?: number;
  /** Address of the page for links in alerts. @default - its own */
  readonly externalUrl?: string;
}): string {
  return lines([
    `--storage.tsdb.retention.time=${args.retentionDays ?? 15}d`,
    `--storage.tsdb.retention.size=${args.retentionMiB ?? 2048}MB`,
    ...(args.externalUrl === undefined ? [] : [`--web.external-url=${args.externalUrl}`]),
  ]);
}

/** web.yml of Prometheus: HTTPS and a password. `bcryptHash` is a hash, yet kept as secret as its password. */
export function prometheusWebYml(args: { user: string; bcryptHash: string }): string {
  return toYaml({
    tls_server_config: serverTls,
    basic_auth_users: { [args.user]: args.bcryptHash },
  });
}

/**
 * web.yml of an exporter: only Prometheus may read it, by its certificate, and the exporter itself for
 * its health check.
 */
export function exporterWebYml(args: { alias: string; readers?: readonly string[] }): string {
  return toYaml({
    tls_server_config: {
      ...serverTls,
      client_auth_type: "RequireAndVerifyClientCert",
      client_ca_file: `${tls}/ca.crt`,
      client_allowed_sans: [...(args.readers ?? ["prometheus"]), args.alias],
    },
  });
}

const serverTls = {
  cert_file: `${tls}/node.crt`,
  key_file: `${tls}/node.key`,
  min_version: "TLS12",
};

/** Where a postgres-exporter finds its member; its user is synfleet_monitor, by certificate. */
export function postgresExporterSource(args: {
  member: string;
  /** @default 5432 */
  port?: number;
  /** @default "synapsedb" */
  database?: string;
}): string {
  const options = [
    "sslmode=verify-full",
    `sslrootcert=${tls}/ca.crt`,
    `sslcert=${tls}/node.crt`,
    `sslkey=${tls}/node.key`,
    "connect_timeout=3",
  ].join("&");
  return `${args.member}:${args.port ?? 5432}/${args.database ?? "synapsedb"}?${options}\n`;
}

/** Options of the postgres-exporter: what the alert rules need, and little that costs queries. */
export function postgresExporterArguments(): string {
  return lines([
    "--collector.database_wraparound",
    "--collector.long_running_transactions",
    "--no-collector.stat_user_tables",
    "--no-collector.statio_user_tables",
    "--disable-settings-metrics",
    "--log.level=warn",
  ]);
}

/** Options of the node-exporter. `rootDirectory` is where the host's file system is mounted. */
export function nodeExporterArguments(args: { rootDirectory?: string } = {}): string {
  return lines([
    ...(args.rootDirectory === undefined ? [] : [`--path.rootfs=${args.rootDirectory}`]),
    "--collector.disable-defaults",
    ...[
      "cpu",
      "diskstats",
      "filesystem",
      "loadavg",
      "meminfo",
      "netdev",
      "stat",
      "time",
      "timex",
    ].map((name) => `--collector.${name}`),
    "--log.level=warn",
  ]);
}

/** curl's options for the health check of Prometheus, which asks for the password too. Secret. */
export function prometheusCurlConfig(args: { user: string; password: string }): string {
  return `user = ${JSON.stringify(`${args.user}:${args.password}`)}\n`;
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}
