import { spawn } from "node:child_process";
import type { Call, PropertyMap, PropertyValue } from "../../provider.ts";
import { isMap } from "../schema.ts";

export interface Ran extends PropertyMap {
  readonly stdout: string;
  readonly stderr: string;
}

const text = (value: PropertyValue | undefined) => (typeof value === "string" ? value : undefined);
const strings = (value: PropertyValue | undefined) =>
  Array.isArray(value) ? value.map(String) : [];
const withoutLastNewline = (output: string) => output.replace(/\n$/, "");

/** How long a cancelled command may take to end by itself. */
const GRACE_MS = 5_000;

export function commandLine(script: string, inputs: PropertyMap): [string, ...string[]] {
  const interpreter = strings(inputs["interpreter"]);
  const [program, ...args] = interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"];
  return [program!, ...args, script];
}

/** The caller's environment, then the resource's, then what the run before printed: an update or delete may need it. */
export function environment(inputs: PropertyMap, previous: Ran): NodeJS.ProcessEnv {
  const own = isMap(inputs["environment"]) ? inputs["environment"] : {};
  const added = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)]));
  if (inputs["addPreviousOutputInEnv"] === false) return { ...process.env, ...added };
  return {
    ...process.env,
    ...added,
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

export async function runCommand(
  call: Pick<Call, "signal" | "log">,
  script: string,
  inputs: PropertyMap,
  previous: Ran,
): Promise<Ran> {
  call.signal.throwIfAborted();
  const [program, ...args] = commandLine(script, inputs);
  const stdin = text(inputs["stdin"]);
  const child = spawn(program, args, {
    cwd: text(inputs["dir"]) ?? process.cwd(),
    env: environment(inputs, previous),
    stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"],
    // A process group of its own, so that a cancel reaches what the script has started.
    detached: true,
  });
  const logging = text(inputs["logging"]) ?? "stdoutAndStderr";
  const all: string[] = [];
  const collect = (name: "stdout" | "stderr") => {
    const shown = logging === name || logging === "stdoutAndStderr";
    return capture(child[name]!, all, shown ? call.log : undefined);
  };
  const stdout = collect("stdout");
  const stderr = collect("stderr");
  if (stdin) {
    // A command that does not read all of its input closes the pipe early; that is no failure.
    child.stdin!.on("error", () => {});
    child.stdin!.end(stdin);
  }
  const failure = await ended(child, call.signal);
  if (failure) throw new Error(`${failure}: running ${JSON.stringify(script)}:\n${all.join("")}`);
  return {
    stdout: withoutLastNewline(stdout.join("")),
    stderr: withoutLastNewline(stderr.join("")),
  };
}

/** Collects a stream and passes it on line by line while it runs. */
function capture(
  stream: NodeJS.ReadableStream,
  all: string[],
  log: ((line: string) => void) | undefined,
): string[] {
  const chunks: string[] = [];
  let line = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    chunks.push(chunk);
    all.push(chunk);
    if (!log) return;
    const lines = (line + chunk).split("\n");
    line = lines.pop()!;
    lines.forEach((text) => log(text));
  });
  stream.on("end", () => {
    if (line) log?.(line);
  });
  return chunks;
}

function ended(child: ReturnType<typeof spawn>, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      killGroup(child.pid, "SIGTERM");
      timer = setTimeout(() => killGroup(child.pid, "SIGKILL"), GRACE_MS);
    };
    const done = (failure: string | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(failure);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => done(error.message));
    child.once("close", (code, killedBy) => {
      if (signal.aborted) done("the command was cancelled");
      else if (killedBy) done(`signal: ${killedBy}`);
      else done(code === 0 ? undefined : `exit status ${code}`);
    });
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
