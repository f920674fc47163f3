/** A fleet of servers on one machine, real enough to be lost: see README.md. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labImage } from "../host/image.ts";
import { must } from "../process.ts";
import { Host, type User } from "./host.ts";
import { makeNetwork, Switch, type Addresses, type Subnet } from "./network.ts";
import { Outsider } from "./outsider.ts";
import { labels, owner, removeDeadLabs, removeLab } from "./owner.ts";
import { rights } from "./rights.ts";
import { shelve } from "./shelf.ts";
import { authorize, makeKey, sshConfig } from "./ssh.ts";

export interface HostOptions {
  /** Docker Engine is on it from the start. Without, it is as fresh as a provider's. @default true */
  readonly docker?: boolean;
  /** Images of this machine that its engine has from the start; takes no longer for many than for one. @default none */
  readonly images?: readonly string[];
  /** Who `run` logs in as. @default "root" */
  readonly user?: User;
  /** Size of the disk at /var/lib/docker. What is not written takes no space on the machine. @default 8192 */
  readonly diskMiB?: number;
}

export interface FleetArgs extends HostOptions {
  /** How many: they are named host1, host2, … */
  readonly hosts: number;
  /** Where its keys are kept. @default a folder among the temporary files */
  readonly folder?: string;
  /** Whose it is: with the process of this id it ends, by the next lab at the latest. @default this process */
  readonly owner?: string;
}

export class Fleet {
  readonly name = `synfleet-lab-${randomBytes(4).toString("hex")}`;
  readonly hosts: Host[] = [];
  readonly folder: string;
  #subnet!: Subnet;
  #labels: readonly string[] = [];
  #outsiders = 0;
  readonly #wires = new Switch(`${this.name}-switch`);

  private constructor(folder?: string) {
    this.folder = folder ?? join(tmpdir(), this.name);
  }

  /** Resolves when all hosts have started and answer. What an attempt that fails has made is removed. */
  static async start({ hosts, folder, owner: of, ...options }: FleetArgs): Promise<Fleet> {
    await removeDeadLabs();
    const fleet = new Fleet(folder);
    try {
      await fleet.#prepare(of ?? (await owner()));
      await fleet.add(hosts, options);
      return fleet;
    } catch (error) {
      await fleet.removeAll();
      throw error;
    }
  }

  /** Knows the hosts by their names: `ssh -F FILE host1`. */
  get sshConfig(): string {
    return join(this.folder, "ssh_config");
  }

  /** The machine that runs the tests, as the hosts see it. */
  get operator(): Addresses {
    return this.#subnet.operator;
  }

  host(name: string): Host {
    const found = this.hosts.find((host) => host.name === name);
    if (found) return found;
    const names = this.hosts.map((host) => host.name).join(", ");
    throw new Error(`host: got "${name}"; this fleet has ${names}.`);
  }

  async #prepare(of: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    this.#labels = labels(this.name, of, this.folder);
    await makeKey(this.folder);
    await writeFile(this.sshConfig, sshConfig(this.folder));
    this.#subnet = await makeNetwork(this.name, this.#labels);
    await this.#wires.start(await labImage("tools"), this.#labels);
  }

  /** Starts more hosts, side by side. */
  async add(count: number, options: HostOptions = {}): Promise<Host[]> {
    const { docker = true, images = [], user = "root", diskMiB = 8192 } = options;
    if (!docker && images.length > 0)
      throw new Error("images: got some for a host without Docker; such a host has none.");
    const image = await labImage(docker ? "engine" : "server");
    const shelved = await shelve(image, images);
    const added = Array.from({ length: count }, (_, index) => {
      const number = this.hosts.length + index + 1;
      const name = `host${number}`;
      return new Host({
        ...{ name, container: `${this.name}-${name}`, user, hasDocker: docker, wires: this.#wires },
        ...{ sshConfig: this.sshConfig, keyPath: join(this.folder, "key") },
        ...this.#subnet.at(10 + number),
      });
    });
    this.hosts.push(...added);
    const resolver = await nameServers();
    const started = await Promise.allSettled(
      added.map(async (host) => {
        const container = `${this.name}-${host.name}`;
        await must(["docker", "volume", "create", ...this.#labels, container]);
        await must([
          ...["docker", "run", "--detach", "--name", container, "--hostname", host.name],
          ...[...this.#labels, ...rights, "--network", this.name],
          ...["--ip", host.address, "--ip6", host.address6, "--volume", `${container}:/lab/disk`],
          ...shelved.flatMap(({ volume }) => ["--volume", `${volume}:/lab/shelf/${volume}:ro`]),
          ...["--env", `LAB_DISK_MIB=${diskMiB}`, "--env", `LAB_RESOLVER=${resolver}`, image],
        ]);
        await host.ready();
        await authorize(host, this.folder);
        const tagged = shelved.map(
          ({ tag, volume }) => `docker tag "$(cat /lab/shelf/${volume}/identity)" ${tag}`,
        );
        // All are of one image, and so of one identity, which no two servers have.
        const identity = "tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id";
        await host.must(["sh", "-ec", [identity, ...tagged].join("\n")], { user: "root" });
      }),
    );
    const failed = started.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return added;
  }

  /** A machine in the network that is no host of the fleet: what it may not reach, nobody may who is not admitted. */
  async outsider(): Promise<Outsider> {
    const number = ++this.#outsiders;
    const container = `${this.name}-outsider${number}`;
    const at = this.#subnet.at(200 + number);
    await must([
      ...["docker", "run", "--detach", "--init", "--name", container, ...this.#labels],
      ...["--network", this.name, "--ip", at.address, "--ip6", at.address6],
      await labImage("tools"),
    ]);
    return new Outsider(container, at);
  }

  /** Leaves nothing of it but the images of the lab. */
  async removeAll(): Promise<void> {
    await removeLab(this.name);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Those of the machine, unless only itself can ask them: then Docker's. */
async function nameServers(): Promise<string> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  const all = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address]) => address!);
  return all.filter((address) => !/^(127\.|::1$|fe80:)/.test(address)).join(" ");
}
