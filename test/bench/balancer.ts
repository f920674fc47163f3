import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../commands/support/process.ts";
import type { Outputs } from "../../commands/support/stack.ts";
import { imageTag } from "../../images/inputs.ts";
import { SERVICE_UID } from "../../components/platform/platform.ts";
import type { Deployment } from "../support/deployment.ts";
import { median, type Figure } from "./figures.ts";

const ROUNDS = 5;
const ROUND_SECONDS = 5;
const CLIENTS = 8;

/** pgbench from inside the deployment's network: to one node, and to the same node through the balancer, in turn. */
export async function balancer(deployment: Deployment, outputs: Outputs): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-bench-"));
  try {
    const { user, password, database } = outputs.credentials.postgres;
    await writeFile(join(folder, "ca.crt"), outputs.caCertificate);
    await writeFile(join(folder, "pgpass"), `*:*:*:${user}:${password}\n`, { mode: 0o600 });
    await run("chown", ["-R", `${SERVICE_UID}:${SERVICE_UID}`, folder]);
    const pgbench = (host: string, port: number, ...args: string[]) =>
      inNetwork(deployment, folder, [
        ...args,
        "-h",
        host,
        "-p",
        String(port),
        "-U",
        user,
        database,
      ]);
    const direct = (...args: string[]) => pgbench("postgres1", 5432, ...args);
    const proxied = (...args: string[]) => pgbench("balancer", 5002, ...args);
    await direct("-i", "-s", "20", "-q");
    const load = [
      "-c",
      String(CLIENTS),
      "-j",
      "2",
      "-M",
      "prepared",
      "-T",
      String(ROUND_SECONDS),
      "-n",
    ];
    const selects = await compare(
      () => direct(...load, "-S"),
      () => proxied(...load, "-S"),
      throughput,
    );
    const transactions = await compare(
      () => direct(...load),
      () => proxied(...load),
      throughput,
    );
    const paced = [...load, "-S", "--rate", "1000", "--log", "--log-prefix", "/tmp/pgbench"];
    const latencies = await compare(
      () => direct(...paced),
      () => proxied(...paced),
      medianLatencyMs,
    );
    return [
      {
        what: `select-only, ${CLIENTS} clients, direct`,
        value: `${selects.direct.toFixed(0)} tps`,
      },
      {
        what: "through the balancer ÷ direct",
        value: selects.ratio.toFixed(2),
        goal: "at least 0.55",
      },
      { what: `TPC-B, ${CLIENTS} clients, direct`, value: `${transactions.direct.toFixed(0)} tps` },
      {
        what: "through the balancer ÷ direct",
        value: transactions.ratio.toFixed(2),
        goal: "at least 0.60",
      },
      {
        what: "median latency at 1,000 selects/s, direct",
        value: `${latencies.direct.toFixed(2)} ms`,
      },
      {
        what: "added by the balancer",
        value: `${(latencies.proxied - latencies.direct).toFixed(2)} ms`,
        goal: "at most 0.2 ms",
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  direct: () => Promise<string>,
  proxied: () => Promise<string>,
  read: (output: string) => number,
): Promise<{ direct: number; proxied: number; ratio: number }> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++)
    pairs.push([read(await direct()), read(await proxied())]);
  return {
    direct: median(pairs.map(([value]) => value)),
    proxied: median(pairs.map(([, value]) => value)),
    ratio: median(pairs.map(([left, right]) => right / left)),
  };
}

function throughput(output: string): number {
  const found = /tps = ([\d.]+)/.exec(output);
  if (!found) throw new Error(`pgbench printed no throughput:\n${output}`);
  return Number(found[1]);
}

/** pgbench's log counts from when a transaction was due; what it waited before it began is not the server's doing. */
function medianLatencyMs(output: string): number {
  const latencies = output
    .split("\n")
    .map((line) => /^\d+ \d+ (\d+) \d+ \d+ \d+ (\d+)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map((match) => (Number(match[1]) - Number(match[2])) / 1000);
  if (latencies.length === 0)
    throw new Error(`pgbench logged no transaction:\n${output.slice(0, 500)}`);
  return median(latencies);
}

async function inNetwork(
  deployment: Deployment,
  folder: string,
  args: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await run("docker", [
    ...[
      "run",
      "--rm",
      "--network",
      `${deployment.prefix}-network`,
      "--volume",
      `${folder}:/bench:ro`,
    ],
    ...[
      "--env",
      "PGPASSFILE=/bench/pgpass",
      "--env",
      "PGSSLMODE=verify-full",
      "--env",
      "PGSSLROOTCERT=/bench/ca.crt",
    ],
    ...[
      "--entrypoint",
      "sh",
      imageTag("postgres"),
      "-c",
      'pgbench "$@" && cat /tmp/pgbench* 2>/dev/null || [ $? = 1 ]',
      "sh",
    ],
    ...args,
  ]);
  if (code !== 0 || /\d+ of \d+ .*aborted/.test(stderr))
    throw new Error(`pgbench ended with ${code}: ${stderr}`);
  return stdout;
}
