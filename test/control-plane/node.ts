/** The lab's own processes on this machine, which a test takes away. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { kubeconfig } from "../kubernetes/lab.ts";
import { until } from "../support/until.ts";

const lab = join(dirname(kubeconfig!), "..");
const pidFile = (name: string) => join(lab, "run", `${name}.pid`);

async function pidOf(name: string): Promise<number> {
  const text = await readFile(pidFile(name), "utf8").catch(() => undefined);
  if (text !== undefined) return Number(text);
  throw new Error(
    `SYNFLEET_TEST_KUBECONFIG: got ${kubeconfig!}, which is not the lab's; allowed: the lab of this machine, whose ${name} is stopped. See test/lab/kubernetes/README.md.`,
  );
}

/** Ends when what happens without an API server is over, and it goes on. Until then it takes connections, and answers nobody. */
export async function withoutApiServer(happens: () => Promise<unknown>): Promise<void> {
  const server = await pidOf("kube-apiserver");
  process.kill(server, "SIGSTOP");
  try {
    await happens();
  } finally {
    process.kill(server, "SIGCONT");
  }
}

/** Ends when what happens without a kubelet is over, and it was started again. Containers are not its children, and run on. */
export async function withoutKubelet(happens: () => Promise<unknown>): Promise<void> {
  const kubelet = await pidOf("kubelet");
  const words = (await readFile(`/proc/${kubelet}/cmdline`, "utf8")).split("\0").slice(0, -1);
  process.kill(kubelet, "SIGTERM");
  await until("the kubelet's end", async () => ((await isThere(kubelet)) ? undefined : true));
  try {
    await happens();
  } finally {
    const log = await open(join(lab, "log", "kubelet.log"), "a");
    const [program, ...args] = words;
    const stdio: ["ignore", number, number] = ["ignore", log.fd, log.fd];
    const child = spawn(program!, args, { detached: true, stdio });
    await once(child, "spawn");
    child.unref();
    await writeFile(pidFile("kubelet"), `${child.pid}\n`);
    await log.close();
  }
}

/** One that has ended and was not waited for is there no more. */
async function isThere(id: number): Promise<boolean> {
  const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "State:\tX");
  return !/^State:\s+[XZ]/m.test(status);
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
