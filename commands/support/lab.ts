/** The labs of the tests on this machine: a real one-node Kubernetes (test/lab/kubernetes), and a fleet of servers (test/lab/fleet). */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { cacheDirectory, projectDirectory } from "./paths.ts";
import { show } from "./process.ts";

const folder = join(projectDirectory, "test", "lab", "kubernetes");

/** The lab's own kubectl, for tests on a machine that has none. */
export const labPrograms = join(cacheDirectory, "kubernetes", "bin");

/** Starts it, building it when it is not there yet. Resolves with the path of its kubeconfig. */
export async function startKubernetes(): Promise<string> {
  const printed = await runScript("up");
  const kubeconfig = /^KUBECONFIG=(.+)$/m.exec(printed)?.[1];
  if (!kubeconfig)
    throw new Failure(
      "kubernetes: the lab named no kubeconfig; run test/lab/kubernetes/up by hand and see what it prints.",
    );
  return kubeconfig;
}

/** Ends it. Its volumes and objects stay for the next start, unless they are wiped. */
export async function stopKubernetes(isWiped: boolean): Promise<void> {
  await runScript("down", ...(isWiped ? ["--wipe"] : []));
}

/** Servers as containers: starts as many as are asked for, or takes them down. Its errors are its own. */
export function runFleet(args: readonly string[]): Promise<number> {
  const program = join(projectDirectory, "test", "lab", "fleet", "main.ts");
  return show(process.execPath, [program, ...args]);
}

/** Progress goes to this terminal; what it prints as its result comes back. */
function runScript(name: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(folder, name), args, { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(printed)
        : reject(
            new Failure(
              `kubernetes: the lab's ${name} ended with ${code}; what it needs is in test/lab/kubernetes/README.md. ` +
                "Or set SYNFLEET_TEST_KUBECONFIG to a cluster of yours that may be filled with tests.",
            ),
          ),
    );
  });
}
