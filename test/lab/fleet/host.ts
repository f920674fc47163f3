import { freeze } from "../../support/freeze.ts";
import { until } from "../../support/until.ts";
import { must, printed, quoted, run, type Result } from "../process.ts";
import type { Addresses, Capture, Switch } from "./network.ts";

/** What a fleet tells its hosts. */
export interface HostArgs extends Addresses {
  readonly name: string;
  readonly container: string;
  readonly user: User;
  readonly hasDocker: boolean;
  /** Of the fleet: knows all hosts by name, with their keys. */
  readonly sshConfig: string;
  readonly keyPath: string;
  readonly wires: Switch;
}

/** A host boots in three; on a machine that does ten other things at once it has been seen to take sixty. */
const bootSeconds = 240;

/** `root`, or one who has sudo without a password. */
export type User = "root" | "maintainer";

/** A server of the lab. What is done by `run`, `must` and `docker` goes over SSH, as an operator's commands do. */
export class Host {
  /** Its name in the fleet, its host name, and its name in the fleet's SSH configuration. */
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  readonly port = 22;
  /** Who the fleet's key logs in as. Both users have it; this one is what `run` takes. */
  readonly user: User;
  /** The private key's file. */
  readonly keyPath: string;
  /** Its public key, `ssh-ed25519 …`, read from its console before anything was sent to it. */
  hostKey = "";
  readonly #args: HostArgs;
  #isCutOff = false;

  constructor(args: HostArgs) {
    this.name = args.name;
    this.address = args.address;
    this.address6 = args.address6;
    this.user = args.user;
    this.keyPath = args.keyPath;
    this.#args = args;
  }

  /** Lines for a known_hosts file. */
  get knownHosts(): string {
    return `${[this.name, this.address, this.address6].join(",")} ${this.hostKey}\n`;
  }

  /** Runs a program on it over SSH; its words arrive as they are. */
  run(words: readonly string[], { input = "", user = this.user } = {}): Promise<Result> {
    const options = ["-F", this.#args.sshConfig, "-l", user];
    return run(["ssh", ...options, this.name, quoted(words)], { input });
  }

  /** What it printed; an error where it ends with anything but 0. */
  async must(words: readonly string[], options?: { input?: string; user?: User }): Promise<string> {
    return printed([`${this.name}:`, ...words], await this.run(words, options));
  }

  /** Runs `docker` on it over SSH, as root. */
  docker(words: readonly string[], input = ""): Promise<string> {
    const sudo = this.user === "root" ? [] : ["sudo"];
    return this.must([...sudo, "docker", ...words], { input });
  }

  /** Runs a program as root where the network does not matter: what a provider's console is. Not on a paused host. */
  console(words: readonly string[], input = ""): Promise<Result> {
    return run(["docker", "exec", "--interactive", this.#args.container, ...words], { input });
  }

  async #atConsole(words: readonly string[]): Promise<string> {
    return printed([`${this.name}:`, ...words], await this.console(words));
  }

  /** Drops what it sends and what is sent to it, until `heal`. It sees its link up and no errors. */
  async cutOff(): Promise<void> {
    this.#isCutOff = true;
    await this.#args.wires.cut(this.#args.container);
  }

  async heal(): Promise<void> {
    this.#isCutOff = false;
    await this.#args.wires.heal(this.#args.container);
  }

  /** Freezes every process on it. The network goes on taking packets, so that its peers' connections stay open. */
  async pause(): Promise<void> {
    await freeze(this.#args.container);
  }

  async resume(): Promise<void> {
    await must(["docker", "unpause", this.#args.container]);
  }

  /** Ends every process on it at once. Its disk stays, and so does what was written but not yet flushed: only processes are lost. */
  async kill(): Promise<void> {
    await must(["docker", "kill", this.#args.container]);
    await must(["docker", "wait", this.#args.container]);
  }

  /** Starts it after `kill`: the same disk, the same addresses. Resolves when it has started what it starts. */
  async boot(): Promise<void> {
    await must(["docker", "start", this.#args.container]);
    if (this.#isCutOff) await this.cutOff();
    await this.ready();
  }

  /** Ends its services in order, then starts it. */
  async reboot(): Promise<void> {
    await must(["docker", "stop", "--time", "90", this.#args.container]);
    await this.boot();
  }

  /** Resolves when it has started, which is when its console says so, and SSH answers unless it is cut off. */
  async ready(): Promise<void> {
    const started = async () => {
      const { stdout } = await this.console(["systemctl", "is-system-running", "--wait"]);
      return /^(running|degraded)$/.test(stdout.trim()) || undefined;
    };
    await until(`${this.name} has started`, started, { seconds: bootSeconds }).catch(
      async (error: Error) => {
        const { stdout, stderr } = await run(["docker", "logs", this.#args.container]);
        const jobs = await this.console(["systemctl", "list-jobs", "--no-pager"]);
        const told = [stdout, stderr, jobs.stdout, jobs.stderr].join("\n").trim().slice(-3000);
        throw new Error(`${error.message}\n${told}`);
      },
    );
    this.hostKey ||= (await this.#atConsole(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]))
      .split(" ")
      .slice(0, 2)
      .join(" ");
  }

  /** Leaves so many MiB free on the disk of its Docker Engine, /var/lib/docker; none: not a block. */
  async fillDisk(leaveMiB = 0): Promise<void> {
    const fill = `cd /var/lib/docker
      fallocate -l "$(($(df --output=avail -B1 . | tail -1) - ${leaveMiB << 20}))" .filler || true
      [ ${leaveMiB} = 0 ] || exit 0
      until ! dd if=/dev/zero bs=4k count=256 >> .filler 2>/dev/null; do :; done
      [ "$(df --output=avail -B1 . | tail -1)" -lt 4096 ]`;
    await this.#atConsole(["sh", "-c", fill]);
  }

  async freeDisk(): Promise<void> {
    await this.#atConsole(["rm", "/var/lib/docker/.filler"]);
  }

  /** Reads what goes over its cable, both ways. The filter is tcpdump's: `tcp port 5432`. */
  capture(filter = ""): Promise<Capture> {
    return this.#args.wires.capture(this.#args.container, filter);
  }
}
