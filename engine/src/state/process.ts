/** Which process this is, in a way that another process can tell later whether it still runs. */
import { readFileSync, readlinkSync } from "node:fs";

/** Ids of processes are given again, within one boot and after it; these say which of them it was. */
export interface ProcessMark {
  /** The boot of the machine. */
  readonly boot?: string;
  /** The machine, since names of hosts are not unique. */
  readonly machine?: string;
  /** The namespace of process ids: a container has its own. */
  readonly namespace?: string;
  /** When it started, in ticks since the boot. */
  readonly started?: string;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
};

function startOf(pid: number): string | undefined {
  // The name of the program, in brackets, may hold anything; the start is the twentieth field after it.
  const stat = read(`/proc/${pid}/stat`);
  const START = 19;
  return stat
    ?.slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(START);
}

export function markOf(pid: number): ProcessMark {
  let namespace: string | undefined;
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // not Linux
  }
  return {
    boot: read("/proc/sys/kernel/random/boot_id"),
    machine: read("/etc/machine-id"),
    namespace,
    started: startOf(pid),
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** True only when it surely runs no more: what cannot be known from here counts as running. */
export function isGone(pid: number, mark: ProcessMark, here = markOf(pid)): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (mark.boot !== here.boot)
    // Another boot of this very machine, or another machine of the same name?
    return mark.machine !== undefined && mark.machine === here.machine;
  if (mark.namespace !== here.namespace) return false;
  return !exists(pid) || mark.started !== here.started;
}
