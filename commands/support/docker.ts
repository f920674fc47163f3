import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Failure } from "./failure.ts";
import { cacheDirectory } from "./paths.ts";
import { run, show } from "./process.ts";

/** What stands in the way of using Docker, and the one command that removes it. */
export interface Hindrance {
  readonly problem: "missing" | "stopped" | "forbidden";
  readonly command: string;
}

/** Pure: what `docker version` said, as a hindrance or none. */
export function hindranceOf(code: number, stderr: string): Hindrance | undefined {
  if (code === 0) return undefined;
  if (code === 127) {
    return { problem: "missing", command: "sudo apt-get install docker.io" };
  }
  if (/permission denied/i.test(stderr)) {
    return { problem: "forbidden", command: "sudo usermod -aG docker $USER && newgrp docker" };
  }
  return { problem: "stopped", command: "sudo systemctl start docker" };
}

async function look(): Promise<Hindrance | undefined> {
  const { code, stderr } = await run("docker", ["version", "--format", "{{.Server.Version}}"]);
  return hindranceOf(code, stderr);
}

/** Makes sure that a Docker Engine answers: installs and starts it where that is ours to do, else says how. */
export async function ensureDocker(): Promise<void> {
  let hindrance = await look();
  if (!hindrance) return;
  const ours = process.getuid?.() === 0 && (await isDebian());
  if (!ours || hindrance.problem === "forbidden") throw new Failure(explain(hindrance));
  // A client without an engine counts as stopped; the engine may still be missing.
  if (hindrance.problem === "missing" || (await run("dockerd", ["--version"])).code === 127) {
    if (
      !(await agreed("Docker Engine is missing. Install it from this machine's Debian source?"))
    ) {
      throw new Failure(explain({ problem: "missing", command: "apt-get install docker.io" }));
    }
    await install();
  }
  await startEngine();
  hindrance = await look();
  if (hindrance) throw new Failure(explain(hindrance));
}

/** Pure: the sentence that a user gets. */
export function explain({ problem, command }: Hindrance): string {
  const what = {
    missing: "there is no Docker Engine on this machine",
    stopped: "the Docker Engine is not running, or not where DOCKER_HOST says",
    forbidden: "this user may not use the Docker Engine",
  }[problem];
  return `${what}; nothing was changed. Run: ${command}`;
}

async function isDebian(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** Nobody is there to ask in CI, and there the answer is yes. */
async function agreed(question: string): Promise<boolean> {
  if (process.env["CI"] || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return !/^n/i.test(await terminal.question(`${question} [Y/n] `));
  } finally {
    terminal.close();
  }
}

async function install(): Promise<void> {
  console.log("synfleet: installing Docker Engine");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if ((await show("apt-get", ["update", "-qq"], { env })) !== 0) {
    throw new Failure(
      "apt-get update failed; see above. Repair the machine's apt sources and run this again.",
    );
  }
  // From Debian 13 on, the client is a package of its own.
  const split = (await run("apt-cache", ["show", "docker-cli"], { env })).code === 0;
  const packages = ["docker.io", "iptables", "ca-certificates", ...(split ? ["docker-cli"] : [])];
  const code = await show(
    "apt-get",
    ["install", "-y", "-qq", "--no-install-recommends", ...packages],
    { env },
  );
  if (code !== 0)
    throw new Failure(
      "Docker Engine could not be installed; see above. Run: apt-get install docker.io",
    );
}

/** By the init system where there is one, else as a process of its own (in a container, or a machine without systemd). */
async function startEngine(): Promise<void> {
  console.log("synfleet: starting Docker Engine");
  if ((await run("systemctl", ["is-system-running"])).stdout.match(/running|degraded|starting/)) {
    await run("systemctl", ["enable", "--now", "docker"]);
  } else {
    mkdirSync(cacheDirectory, { recursive: true });
    const log = openSync(join(cacheDirectory, "dockerd.log"), "a");
    spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] }).unref();
  }
  for (let attempt = 0; attempt < 60 && (await look()); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
