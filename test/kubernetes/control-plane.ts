/** The control plane of the lab, which a test takes away: an API server that takes connections, and answers nobody. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { kubeconfig } from "./lab.ts";

/** Ends when what happens without an API server is over, and it answers again. */
export async function withoutApiServer(happens: () => Promise<unknown>): Promise<void> {
  const file = join(dirname(kubeconfig!), "..", "run", "kube-apiserver.pid");
  const server = Number(await readFile(file, "utf8"));
  process.kill(server, "SIGSTOP");
  try {
    await happens();
  } finally {
    process.kill(server, "SIGCONT");
  }
}

/** Kills all processes of a container of the node, as its kernel could, by its identity: without the API server nobody runs anything in it. */
export async function killOnNode(container: string): Promise<void> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const groups = await Promise.all(
    processes.map((id) => readFile(`/proc/${id}/cgroup`, "utf8").catch(() => "")),
  );
  const own = processes.filter((_, index) => groups[index]!.includes(container));
  if (own.length === 0) throw new Error(`no process is of container ${container}`);
  for (const id of own) process.kill(Number(id), "SIGKILL");
}
