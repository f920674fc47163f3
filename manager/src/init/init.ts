import { setTimeout as sleep } from "node:timers/promises";
import { etcdPort } from "../adapters/etcd.ts";
import { loadRuntime } from "../runtime.ts";
import { lookAtCluster } from "./look.ts";
import { type Progress, nextStep, progressTable } from "./progress.ts";

const everyMs = 400;

/**
 * The one-shot initialiser: waits for the mesh, marks the cluster as initialised, waits until clients
 * can use it. Safe to run again. Returns the exit code.
 */
export async function initialise(file: string, print: (text: string) => void): Promise<number> {
  const runtime = await loadRuntime(file);
  const { config, tls } = runtime;
  const etcd = etcdPort(config.cluster, config.etcd, tls);
  const deadlineMs = Date.now() + config.initialise.timeoutSeconds * 1000;
  let told = "";
  const tell = (lines: readonly string[]) => {
    const text = lines.map((line) => `  ${line}`).join("\n");
    if (text !== told) print(`Waiting for:\n${text}`);
    told = text;
  };
  try {
    for (;;) {
      const progress: Progress = await lookAtCluster(runtime, etcd);
      const step = nextStep(progress);
      if (step.kind === "done") {
        print(`${progressTable(progress)}\nCluster initialization successful!`);
        return 0;
      }
      if (step.kind === "initialise") {
        await etcd.markInitialised({
          at: new Date().toISOString(),
          members: config.members.map((member) => member.name),
        });
        print("The mesh is complete; the cluster is marked as initialised.");
        continue;
      }
      if (Date.now() >= deadlineMs) {
        const missing = step.missing.map((line) => `  ${line}`).join("\n");
        print(
          `Not ready after ${config.initialise.timeoutSeconds} s. Missing:\n${missing}\n` +
            "Look at the logs of the parts named above, then run this again.",
        );
        return 1;
      }
      tell(step.missing);
      await sleep(everyMs);
    }
  } finally {
    etcd.close();
  }
}
