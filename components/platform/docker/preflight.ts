import { request } from "node:http";
import { createServer } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "./args.ts";
import { fleetProblems, type PeerPort } from "./fleet/fleet.ts";
import { engineOf } from "./reach.ts";

interface Host {
  readonly name: string;
  readonly engine: string;
}

interface WantedPort {
  /** Setting that decides it, below `synfleet:`. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

interface Deployment {
  readonly name: string;
  /** Whether the program makes the hosts ready itself: then they may have no Docker yet, and rules that let nobody in. @default false */
  readonly prepareHosts?: boolean | undefined;
  readonly publishAddress?: string | undefined;
  /** A Swarm publishes on every address of a host. @default "docker" */
  readonly platform?: "docker" | "swarm" | "kubernetes" | undefined;
  readonly swarm?: { readonly encrypted: boolean } | undefined;
}

interface Container {
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Ports: readonly { readonly PublicPort?: number }[];
}

/**
 * What can be known before anything is changed: that every Docker Engine answers, that the ports are free or already this
 * deployment's, and on several hosts that each of them is fit and reaches the others. All that is wrong is told at once.
 */
export async function preflight(
  hosts: readonly DockerHost[],
  ports: readonly WantedPort[],
  deployment: Deployment,
  peers: readonly PeerPort[] = [],
): Promise<void> {
  const [first] = hosts;
  const isHere = hosts.length === 1 && engineOf(first!).startsWith("unix://");
  const lines = isHere
    ? await inspect({ name: first!.name, engine: engineOf(first!) }, ports, deployment)
    : await inspectFleet(hosts, ports, deployment, peers);
  if (lines.length > 0) {
    throw new pulumi.RunError(
      ["Nothing was changed.", ...lines.map((line) => `  ${line}`)].join("\n"),
    );
  }
}

async function inspectFleet(
  hosts: readonly DockerHost[],
  ports: readonly WantedPort[],
  { name, publishAddress, prepareHosts = false, platform, swarm }: Deployment,
  peers: readonly PeerPort[],
): Promise<readonly string[]> {
  const isPreview = pulumi.runtime.isDryRun();
  const published = ports.map(({ key, host, port }) => ({
    key: `synfleet:${key}`,
    host,
    port,
    address: platform === "swarm" ? "*" : (publishAddress ?? addressOf(hosts, host)),
    otherwise: "set another port",
  }));
  const triesPaths = !isPreview && !prepareHosts;
  const args = {
    hosts,
    published,
    peers,
    deployment: name,
    needsEngine: !prepareHosts,
    needsEsp: platform === "swarm" && hosts.length > 1 && (swarm?.encrypted ?? true),
    triesPaths,
  };
  const { silent, found } = await fleetProblems(args);
  if (!isPreview) return [...silent, ...found];
  // Who reviews a change need not have a way to the hosts.
  for (const line of silent) await pulumi.log.warn(`${line} An up would stop here.`);
  return found;
}

/** Where a host's ports for clients are opened. */
function addressOf(hosts: readonly DockerHost[], name: string): string {
  const only = hosts.length === 1 ? "127.0.0.1" : undefined;
  return only ?? hosts.find((host) => host.name === name)?.address ?? "*";
}

async function inspect(
  host: Host,
  ports: readonly WantedPort[],
  deployment: Deployment,
): Promise<string[]> {
  let containers: Container[];
  try {
    containers = await runningContainers(host.engine.slice("unix://".length));
  } catch (error) {
    return [
      `Docker Engine of host ${host.name}: got ${(error as Error).message}; it must be running at ${host.engine}. ` +
        "Start it (sudo systemctl start docker), or set synfleet:hosts.",
    ];
  }
  const wanted = ports.filter((port) => port.host === host.name);
  const foreign = foreignOwners(wanted, containers, deployment.name);
  const ours = new Set(
    containers
      .filter(({ Labels }) => Labels["org.synfleet.fleet"] === deployment.name)
      .flatMap(({ Ports }) => Ports.map(({ PublicPort }) => PublicPort)),
  );
  const unclaimed = wanted.filter(({ key, port }) => !foreign.has(key) && !ours.has(port));
  const taken = await Promise.all(
    unclaimed.map(async (port) =>
      (await isFree(port.port, deployment.publishAddress ?? "127.0.0.1")) ? [] : [port],
    ),
  );
  return [
    ...[...foreign].map(([key, text]) => `synfleet:${key}: ${text}`),
    ...taken
      .flat()
      .map(
        ({ key, port }) =>
          `synfleet:${key}: got ${port}, which another program of host ${host.name} listens on; allowed: a free port. ` +
          `Stop that program (ss -ltnp 'sport = :${port}') or set another port.`,
      ),
  ];
}

/** Pure: the wanted ports that containers of others have published, by setting. */
export function foreignOwners(
  wanted: readonly WantedPort[],
  containers: readonly Container[],
  deployment: string,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const { key, port, host } of wanted) {
    const owner = containers.find(
      ({ Labels, Ports }) =>
        Labels["org.synfleet.fleet"] !== deployment &&
        Ports.some(({ PublicPort }) => PublicPort === port),
    );
    if (!owner) continue;
    const name = owner.Names[0]?.replace(/^\//, "");
    found.set(
      key,
      `got ${port}, which container ${name} of host ${host} has published; allowed: a free port. ` +
        "Stop that container or set another port.",
    );
  }
  return found;
}

function runningContainers(socketPath: string): Promise<Container[]> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: "/containers/json", timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(JSON.parse(text) as Container[])
          : reject(new Error(`status ${response.statusCode} ${text.trim()}`)),
      );
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 10 s")));
    call.on("error", reject);
    call.end();
  });
}

/** Whether the port can be listened on, tried by doing so. */
function isFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host: address, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}
