/** Runs a shell text on a host, over SSH unless it is this machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import type { DockerHost } from "../args.ts";
import { shellWords } from "../../shell.ts";
import { engineOf, sshOptionsTable, sshProgram } from "../reach.ts";

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface AskOptions {
  readonly words?: readonly string[];
  readonly timeoutMs?: number;
  /** Called with each line that it prints. */
  readonly heard?: (line: string, child: ChildProcess) => void;
}

/** A program that ends with 255, or not in time, was not reached. */
export function ask(host: DockerHost, script: string, options: AskOptions = {}): Promise<Answer> {
  const { words = [], timeoutMs = 30_000, heard } = options;
  const [program, args] = commandFor(host, ["sh", "-c", script, "synfleet", ...words]);
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      PATH: `${dirname(sshProgram)}:${process.env["PATH"]}`,
      SSH_OPTIONS: sshOptionsTable([host]),
    };
    const child = spawn(program, args, {
      env,
      timeout: timeoutMs,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let [stdout, stderr, told] = ["", "", 0];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      for (let end; heard && (end = stdout.indexOf("\n", told)) >= 0; told = end + 1)
        heard(stdout.slice(told, end), child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => {});
    child.on("error", reject);
    // What SSH leaves behind to carry later connections keeps its end of the errors' pipe open, so its end is not waited for.
    const ended = once(child, "exit");
    void once(child.stdout, "end").then(async () => {
      const [code] = (await ended) as [number | null];
      const late = code === null ? `no answer within ${timeoutMs / 1000} s` : "";
      resolve({ code: code ?? 255, stdout, stderr: `${stderr}${late}`.trim() });
    });
  });
}

function commandFor(host: DockerHost, words: readonly string[]): [string, string[]] {
  const engine = engineOf(host);
  if (engine.startsWith("unix://")) return [words[0]!, words.slice(1)];
  const { username, hostname, port } = new URL(engine);
  return [
    "ssh",
    [
      // For a host whose options are the user's own ssh_config: nobody is asked for a password.
      ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"],
      ...(username ? ["-l", username] : []),
      ...(port ? ["-p", port] : []),
      hostname.replace(/^\[|\]$/g, ""),
      shellWords(words),
    ],
  ];
}
