/** Volumes of the lab that are as small as a test wants: file systems in memory on the folders that its class gives, which themselves have no limit. */
import { stat, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { must } from "../lab/process.ts";
import { kubeconfig } from "./lab.ts";
import type { OnCluster } from "./stack.ts";

/** Whether the folders of the node are this machine's. */
export const isLab = await stat(join(dirname(kubeconfig!), "..", "run", "kubelet.pid")).then(
  () => true,
  () => false,
);

const sh = (script: string, ...words: string[]) => must(["sh", "-ec", script, "sh", ...words]);

export class SmallClaims {
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** Starts the pods of the sets anew on small volumes, one after the other, with what they had. */
  static async under(
    cluster: OnCluster,
    roomMiB: Readonly<Record<string, number>>,
  ): Promise<SmallClaims> {
    const folders: string[] = [];
    for (const [alias, room] of Object.entries(roomMiB)) {
      const folder = await folderOf(cluster, `${alias}-data`);
      await cluster.scale(alias, 0);
      await sh(SHRINK, folder, String(room));
      folders.push(folder);
      await cluster.scale(alias, 1);
    }
    return new SmallClaims(folders);
  }

  /** Leaves not a block. */
  async fill(): Promise<void> {
    for (const folder of this.#folders)
      await sh(
        'until ! dd if=/dev/zero bs=4k count=256 >>"$1/.filler" 2>/dev/null; do :; done',
        folder,
      );
  }

  /** As a class does of a claim that asks for more, under a pod that runs. */
  async grow(): Promise<void> {
    for (const folder of this.#folders)
      await sh(
        'mount -o "remount,size=$(($(df --output=size -k "$1" | tail -1) * 2))k" "$1"',
        folder,
      );
  }

  /** For the provisioner to remove the folders; what runs on them keeps what it has. */
  async release(): Promise<void> {
    for (const folder of this.#folders) {
      await sh('umount --lazy "$1"', folder);
      await rm(`${folder}.before`, { recursive: true, force: true });
    }
  }
}

const SHRINK = `used=$(du -sm "$1" | cut -f1)
mv "$1" "$1.before"
mkdir "$1"
mount -t tmpfs -o "size=$((used + $2))m" tmpfs "$1"
cp -a "$1.before/." "$1/"`;

async function folderOf(cluster: OnCluster, claim: string): Promise<string> {
  const of = (path: string) => ["--output", `jsonpath=${path}`];
  const volume = await cluster.kubectl("get", "pvc", claim, ...of("{.spec.volumeName}"));
  return cluster.kubectl("get", "pv", volume, ...of("{.spec.hostPath.path}{.spec.local.path}"));
}
