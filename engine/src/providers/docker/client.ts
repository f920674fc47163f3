import Docker from "dockerode";
import { Uncertain } from "../../provider.ts";
import { readTls, type Connection } from "./connection.ts";
import { SshAgent } from "./ssh.ts";

/** A client of the daemon; nothing is sent before its first request. */
export async function connect(connection: Connection): Promise<Docker> {
  const { via } = connection;
  if ("socketPath" in via) return new Docker({ socketPath: via.socketPath });
  if ("ssh" in via) {
    // The host name only fills the HTTP header: every connection is a new `docker system dial-stdio` over ssh.
    const agent = new SshAgent(via.ssh);
    return new Docker({
      protocol: "http",
      host: "docker",
      port: 80,
      agent,
    } as Docker.DockerOptions);
  }
  const tls = via.tls ? await readTls(connection) : {};
  return new Docker({
    protocol: via.tls ? "https" : "http",
    host: via.host,
    port: via.port,
    ...tls,
  });
}

/** What the daemon answered, when a request failed. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

export const isGone = (error: unknown): boolean => statusOf(error) === 404;

export const messageOf = (error: unknown): string => {
  const answer = (error as { json?: { message?: unknown } } | undefined)?.json?.message;
  if (typeof answer === "string") return answer;
  if (!(error instanceof Error)) return String(error);
  // Node tells of several failed addresses at once, without a message of its own.
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
};

/** Undefined instead of an error when the daemon does not know the object. */
export async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Says what was tried when the daemon refuses; the answer alone often does not. */
export async function attempt<T>(what: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw Object.assign(new Error(`${what}: ${messageOf(error)}`, { cause: error }), {
      statusCode: statusOf(error),
    });
  }
}

/** A creation that got no answer may have been carried out all the same. */
export async function attemptCreate<T>(what: string, request: Promise<T>): Promise<T> {
  try {
    return await attempt(what, request);
  } catch (error) {
    if (statusOf(error) !== undefined) throw error;
    throw new Uncertain((error as Error).message, { cause: error });
  }
}

/** When it was by the clock of the daemon, which may be another machine's; some of its times are whole seconds. */
async function daemonTime(docker: Docker, when: Date): Promise<number> {
  const SECOND = 1000;
  const { SystemTime } = (await docker.info()) as { SystemTime: string };
  const there = when.getTime() + Date.parse(SystemTime) - Date.now();
  return (Math.floor(there / SECOND) - 1) * SECOND;
}

/** Whether what the daemon made then was made since, so that it may be what an interrupted run has left. */
export async function isMadeSince(docker: Docker, made: string, since: Date): Promise<boolean> {
  return Date.parse(made) >= (await daemonTime(docker, since));
}

/** Fails early and clearly when nobody answers. */
export async function reach(docker: Docker, connection: Connection): Promise<Docker> {
  try {
    await docker.ping();
    return docker;
  } catch (error) {
    throw new Error(
      `Docker at ${connection.host} does not answer: ${messageOf(error)}; ` +
        "start Docker there, or set the docker provider's host (or DOCKER_HOST) to where it runs",
      { cause: error },
    );
  }
}
