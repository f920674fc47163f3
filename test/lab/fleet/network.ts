/** The network between a lab's hosts, seen from its switch: where cables are pulled and traffic is read. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { must, run } from "../process.ts";

export interface Addresses {
  readonly address: string;
  readonly address6: string;
}

export interface Capture {
  /** Ends it. Resolves with the packets, in tcpdump's format. */
  stop(): Promise<Buffer>;
}

/** Addresses of one lab: a network of IPv4 and one of IPv6. */
export class Subnet {
  /** The first three numbers of IPv4. */
  readonly #prefix: string;
  readonly #prefix6: string;

  constructor(prefix = `10.${randomInt(128, 250)}.${randomInt(256)}`) {
    this.#prefix = prefix;
    const [, second = 0, third = 0] = prefix.split(".").map(Number);
    this.#prefix6 = `fd5f:${(second * 256 + third).toString(16)}::`;
  }

  /** What `docker network create` is told. */
  get options(): string[] {
    return [
      ...["--ipv6", "--subnet", `${this.#prefix}.0/24`, "--gateway", `${this.#prefix}.1`],
      ...["--subnet", `${this.#prefix6}/64`, "--gateway", `${this.#prefix6}1`],
    ];
  }

  /** Of the machine that runs the tests. */
  get operator(): Addresses {
    return this.at(1);
  }

  at(number: number): Addresses {
    return { address: `${this.#prefix}.${number}`, address6: `${this.#prefix6}${number}` };
  }
}

/** Makes the network where no other one lies. */
export async function makeNetwork(name: string, labels: readonly string[]): Promise<Subnet> {
  for (let tries = 0; ; tries++) {
    const subnet = new Subnet();
    const words = ["docker", "network", "create", ...labels, ...subnet.options, name];
    const { code, stderr } = await run(words);
    if (code === 0) return subnet;
    if (!/overlaps|conflicts/i.test(stderr) || tries > 20) throw new Error(stderr.trim());
  }
}

/**
 * A container in the machine's own network, where the other end of each host's cable is. What it does is out of a host's reach: a host
 * that flushes its rules is still cut off, and a host that is frozen is still heard.
 */
export class Switch {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async start(image: string, labels: readonly string[]): Promise<void> {
    await must([
      ...["docker", "run", "--detach", "--init", "--name", this.#name, ...labels],
      ...["--network", "host", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"],
      ...["--cap-add", "NET_RAW", image],
    ]);
  }

  /** Drops every frame, both ways, while the link stays up: as a switch or a provider fails, and not as a cable does. */
  async cut(container: string): Promise<void> {
    await this.#setPort(container, "disabled");
  }

  async heal(container: string): Promise<void> {
    await this.#setPort(container, "forwarding");
  }

  async #setPort(container: string, state: "disabled" | "forwarding"): Promise<void> {
    const words = ["bridge", "link", "set", "dev", await this.#port(container), "state"];
    await this.#must([...words, { disabled: "0", forwarding: "3" }[state]]);
  }

  /** Reads along at a host's cable. Resolves when every packet from now on is read. */
  async capture(container: string, filter: string): Promise<Capture> {
    const port = await this.#port(container);
    const tcpdump = `echo $$ >&2; exec tcpdump -i ${port} -Z root -s 0 --immediate-mode -U -w - "$1"`;
    const words = ["exec", "--interactive", this.#name, "sh", "-c", tcpdump, "tcpdump", filter];
    const child = spawn("docker", words, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<void>((resolve, reject) =>
      child.once("error", reject).once("close", () => resolve()),
    );
    let told = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        told += text;
        if (told.includes("listening on")) resolve();
      });
      ended.then(() => reject(new Error(`capture "${filter}": ${told.trim()}`)), reject);
    });
    const pid = told.split("\n")[0]!;
    return {
      stop: async () => {
        await this.#must(["sh", "-c", 'kill -INT "$1"', "kill", pid]);
        await ended;
        return Buffer.concat(chunks);
      },
    };
  }

  /** The interface on the machine that is the other end of the host's first one. It is another after each start. */
  async #port(container: string): Promise<string> {
    const index = await must(["docker", "exec", container, "cat", "/sys/class/net/eth0/iflink"]);
    const links = await this.#must(["ip", "-oneline", "link"]);
    const name = new RegExp(`^${index}: ([^:@]+)`, "m").exec(links)?.[1];
    if (!name) throw new Error(`${container}: no interface of the machine has the index ${index}`);
    return name;
  }

  #must(words: readonly string[]): Promise<string> {
    return must(["docker", "exec", this.#name, ...words]);
  }
}
