/** Runs the docker command line; the daemon it talks to is the one the user's environment points at. */
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export class BuildError extends Error {}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export async function docker(
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<Output> {
  try {
    return await run("docker", args, { timeout: options.timeoutMs, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw explain(args, error);
  }
}

export async function succeeds(
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<boolean> {
  return run("docker", args, { timeout: options.timeoutMs }).then(
    () => true,
    () => false,
  );
}

/** Runs a command whose output matters only when it fails: the last lines are part of the error. */
export function runQuietly(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; stdin?: string; onLine?: (line: string) => void } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let tail = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        tail = (tail + chunk).slice(-6000);
        if (options.onLine) chunk.split("\n").filter(Boolean).forEach(options.onLine);
      });
    }
    child.on("error", (error) => reject(explain([command, ...args], error)));
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const end = tail.trimEnd().split("\n").slice(-25).join("\n");
      reject(
        new BuildError(
          `\`${[command, ...args].join(" ")}\` failed with exit code ${code}:\n${end}`,
        ),
      );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

function explain(args: readonly string[], error: unknown): Error {
  const failure = error as NodeJS.ErrnoException & Partial<Output>;
  if (failure.code === "ENOENT") {
    return new BuildError(
      `The command \`${args[0] === "debootstrap" ? "debootstrap" : "docker"}\` is not installed. On Debian or Ubuntu: apt-get install --no-install-recommends docker.io debootstrap`,
    );
  }
  const detail = (failure.stderr ?? failure.message).trim();
  if (
    /Cannot connect to the Docker daemon|error during connect|permission denied.*docker/i.test(
      detail,
    )
  ) {
    return new BuildError(
      `Docker does not answer (${detail.split("\n")[0]}). Start it (systemctl start docker, or run dockerd as root), or set DOCKER_HOST to the daemon to use.`,
    );
  }
  return new BuildError(`\`docker ${args.slice(0, 3).join(" ")} …\` failed: ${detail}`);
}
