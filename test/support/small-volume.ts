/** A volume of few MiB under a member, which a test can fill and give room again. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildImage } from "../../images/build.ts";

const run = promisify(execFile);

async function docker(...args: string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

/** Where the keeper sees it. */
const mount = "/volume";

/**
 * In memory, since a file system of a given size needs rights that a test may not have. Such a volume is empty again once
 * no container has it, so a keeper holds it while the member restarts.
 */
export class SmallVolume {
  readonly name: string;
  readonly #keeper: string;

  private constructor(name: string) {
    this.name = name;
    this.#keeper = `${name}-keeper`;
  }

  static async create(name: string, mebibytes: number): Promise<SmallVolume> {
    const volume = new SmallVolume(name);
    const options = { type: "tmpfs", device: "tmpfs", o: `size=${mebibytes}m,uid=10001,gid=10001` };
    const pairs = Object.entries(options).flatMap(([key, value]) => ["--opt", `${key}=${value}`]);
    await docker("volume", "create", ...pairs, name);
    await docker(
      ...["run", "--detach", "--name", volume.#keeper, "--network", "none"],
      ...["--volume", `${name}:${mount}`, "--entrypoint", "sleep", await buildImage("etcd")],
      "infinity",
    );
    return volume;
  }

  /** Takes all room but so many bytes, in a file that is not the member's. */
  async fill(leaveBytes = 0): Promise<void> {
    await this.#sh(
      `free=$(( $(stat -f -c '%a * %S' ${mount}) - ${leaveBytes} )); ` +
        `[ $free -le 0 ] || head -c $free /dev/zero >>${mount}/filler || true`,
    );
  }

  /** After `fill`: a little room comes and goes, as on a disk that others write to. */
  async waver(times: number): Promise<void> {
    const once = `truncate -s -65536 ${mount}/filler; sleep 0.3; head -c 65536 /dev/zero >>${mount}/filler || true; sleep 0.7`;
    await this.#sh(`n=0; while [ $n -lt ${times} ]; do ${once}; n=$((n + 1)); done`);
  }

  /** Gives back what was taken. */
  async empty(): Promise<void> {
    await this.#sh(`rm -f ${mount}/filler`);
  }

  /** After the member's own container is gone. */
  async remove(): Promise<void> {
    await docker("rm", "--force", this.#keeper).catch(() => undefined);
    await docker("volume", "rm", "--force", this.name).catch(() => undefined);
  }

  #sh(script: string): Promise<string> {
    return docker("exec", this.#keeper, "sh", "-c", script);
  }
}
