/** Disks that are full, or become read-only, for tests. Mounting needs root. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (program: string, ...args: string[]): void =>
  void execFileSync(program, args, { stdio: "ignore" });

export class Disk {
  private readonly path: string;

  /** A disk of its own behind a folder, with what was in it. */
  constructor(path: string, size: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    const kept = mkdtempSync(join(tmpdir(), "disk-"));
    cpSync(path, kept, { recursive: true });
    run("mount", "-t", "tmpfs", "-o", `size=${size}`, "engine-test", path);
    cpSync(kept, path, { recursive: true });
    rmSync(kept, { recursive: true });
  }

  makeReadOnly(): void {
    run("mount", "-o", "remount,ro", this.path);
  }

  makeWritable(size: string): void {
    run("mount", "-o", `remount,rw,size=${size}`, this.path);
  }

  dispose(): void {
    run("umount", "--lazy", this.path);
  }
}

/** Whether this machine and user may mount at all. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "disk-"));
  try {
    new Disk(folder, "64k").dispose();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
