import { delimiter, resolve } from "node:path";
import {
  clientEnvironment,
  engineOf,
  environmentFor,
} from "../../components/platform/docker/reach.ts";
import { parseSettings } from "../../settings/read.ts";
import type { Settings } from "../../settings/settings.ts";
import { placementOf } from "../../systems/placement.ts";
import { onCluster } from "./cluster.ts";
import type { Exec } from "./container.ts";
import { Failure } from "./failure.ts";
import type { Reached } from "./lost-host.ts";
import { run, type Ended } from "./process.ts";
import { configValues } from "./stack-config.ts";

/** What a stack's settings say, whether or not it is up. */
export async function settingsOf(stack: string): Promise<Settings> {
  const given = await configValues(stack);
  try {
    return parseSettings(given);
  } catch (error) {
    throw new Failure((error as Error).message);
  }
}

export type SettingsOf<S extends Settings["system"]> = Extract<Settings, { system: S }>;

/** The settings of a stack of one of these systems, or an error that says what the command is for. */
export async function settingsOfSystem<S extends Settings["system"]>(
  command: string,
  stack: string,
  systems: readonly S[],
): Promise<SettingsOf<S>> {
  const settings = await settingsOf(stack);
  if (systems.includes(settings.system as S)) return settings as SettingsOf<S>;
  throw new Failure(
    `${command}: stack ${stack} is of system ${settings.system}; allowed: ${systems.join(", ")}.`,
  );
}

/** What the Docker Engine of its host, or the cluster, says about the health of the workload with this alias. */
export type HealthOf = (alias: string) => Promise<string>;

/** Runs programs in the stack's containers, by the Docker Engine of the host on which each is placed, or by the cluster. */
export function execIn(settings: Settings): Exec {
  if (settings.platform === "kubernetes") return onCluster(settings).exec;
  const docker = dockerOf(settings);
  return (alias, argv) => docker(alias, (name) => ["exec", name, ...argv]);
}

export function healthIn(settings: Settings): HealthOf {
  if (settings.platform === "kubernetes") return onCluster(settings).health;
  const docker = dockerOf(settings);
  const format = "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}";
  return async (alias) =>
    healthBy(await docker(alias, (name) => ["inspect", "--format", format, name]));
}

/** Pure: what Docker's client says of a container that is not there is not what it says of an engine that it cannot ask. */
export function healthBy({ code, stdout, stderr }: Ended): string {
  if (code === 0) return stdout.trim();
  return /no such|no task/i.test(stderr) ? "absent" : "not known: its host does not answer";
}

/** Runs Docker's client on the engine that has the container of this alias, with words that are made from its name. */
export type DockerOf = (
  alias: string,
  words: (container: string) => readonly string[],
) => Promise<Ended>;

export function dockerOf(settings: Settings): DockerOf {
  const find = containerOf(settings);
  const env = environmentOf(settings);
  return async (alias, words) => {
    const { engine, name } = find(alias);
    const docker = (argv: readonly string[]) => run("docker", ["--host", engine, ...argv], { env });
    if (settings.platform === "docker") return docker(words(name));
    const found = await docker(taskOf(name));
    const [task] = found.stdout.split("\n");
    if (found.code !== 0 || task) return task ? docker(words(task)) : found;
    return { ...found, code: 1, stderr: `no task of service ${name} is on its host` };
  };
}

/** Words that tell the containers of a service's tasks on the engine's host, the newest first. */
const taskOf = (service: string) => [
  ...["ps", "--all", "--quiet", "--no-trunc"],
  ...["--filter", `label=com.docker.swarm.service.name=${service}`],
];

function containerOf(settings: Settings) {
  const placed = placementOf(settings);
  return (alias: string) => {
    const host = settings.hosts.find(({ name }) => name === placed[alias]);
    if (!host) throw new Failure(`there is no ${alias} in this stack`);
    return { engine: engineOf(host), name: `${settings.name}-${alias}` };
  };
}

/** Runs Docker's client on an engine that a stack's state tells of; one that says nothing is given up. */
export function dockerAt(
  { engine, sshOptions }: Reached,
  words: readonly string[],
): Promise<Ended> {
  const address = engine.replace(/^ssh:\/\/[^@]*@/, "").replace(/^\[|\]?(:\d+)?$/g, "");
  const table = sshOptions.length > 0 ? [address, ...sshOptions].join("\t") : "";
  return run("docker", ["--host", engine, ...words], {
    env: withClient(environmentFor(table)),
    timeoutMs: 60_000,
  });
}

/** In which Docker's client finds the stack's hosts. */
const environmentOf = ({ hosts }: Settings) => withClient(clientEnvironment(hosts));

/** The environment of this process with the client that knows hosts. */
export function withClient({ SSH_CLIENT, ...more }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = [...(SSH_CLIENT ? [resolve(SSH_CLIENT)] : []), process.env["PATH"]];
  return { ...process.env, ...more, PATH: path.join(delimiter) };
}
