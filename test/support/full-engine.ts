import { spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../commands/support/process.ts";
import { until } from "./until.ts";

export interface FullEngine extends AsyncDisposable {
  /** Its address, as DOCKER_HOST has it. */
  readonly host: string;
}

/** A second Docker Engine beside the machine's own, whose data folder is a disk of 64 MiB. Needs root. */
export async function startFullEngine(): Promise<FullEngine> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-engine-"));
  const disk = join(folder, "data");
  await mkdir(disk);
  await mustRun("mount", "-t", "tmpfs", "-o", "size=64m", "synfleet-full", disk);
  const host = `unix://${folder}/docker.sock`;
  const log = await open(join(folder, "log"), "w");
  const daemon = spawn(
    "unshare",
    [
      // A network of its own: an engine without a bridge removes the one it finds, which is the machine's.
      ...["--net", "dockerd"],
      ...["--host", host, "--data-root", disk, "--exec-root", join(folder, "run")],
      ...["--pidfile", join(folder, "docker.pid"), "--bridge", "none", "--iptables=false"],
    ],
    { stdio: ["ignore", log.fd, log.fd] },
  );
  const ended = new Promise((resolve) => daemon.once("close", resolve).once("error", resolve));
  const engine = {
    host,
    async [Symbol.asyncDispose]() {
      daemon.kill("SIGTERM");
      await ended;
      await log.close();
      await mustRun("umount", "--recursive", disk);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await until("the second engine", async () =>
      (await run("docker", ["--host", host, "version"])).code === 0 ? true : undefined,
    );
  } catch (error) {
    const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
    await engine[Symbol.asyncDispose]();
    throw new Error(`${(error as Error).message}; its log ends:\n${lines.slice(-5).join("\n")}`, {
      cause: error,
    });
  }
  return engine;
}

async function mustRun(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr}`);
}
