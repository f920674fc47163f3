import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended is not alive, even where nobody has waited for it yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
