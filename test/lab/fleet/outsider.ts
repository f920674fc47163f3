/** A machine in the hosts' network that is no peer of them. */
import { must, printed, run, type Result } from "../process.ts";
import type { Addresses } from "./network.ts";

export class Outsider {
  readonly address: string;
  readonly address6: string;
  readonly #container: string;

  constructor(container: string, { address, address6 }: Addresses) {
    this.#container = container;
    this.address = address;
    this.address6 = address6;
  }

  /** Runs a program there; it has curl, ncat, nmap, openssl, ping and tcpdump. */
  run(words: readonly string[], input = ""): Promise<Result> {
    return run(["docker", "exec", "--interactive", this.#container, ...words], { input });
  }

  async must(words: readonly string[], input = ""): Promise<string> {
    return printed(words, await this.run(words, input));
  }

  /**
   * TCP ports that answer at an address, of IPv4 or IPv6. `ports` is as nmap has it: `1-65535`, `22,80`. What a rule drops in silence takes
   * as long as nmap waits, which for all ports of a host are some seconds.
   */
  async openPorts(address: string, ports = "1-65535"): Promise<number[]> {
    const family = address.includes(":") ? ["-6"] : [];
    const pace = ["--min-rate", "5000", "--max-retries", "2"];
    const words = [
      "nmap",
      "-n",
      "-Pn",
      "-sS",
      ...family,
      ...pace,
      "-p",
      ports,
      "-oG",
      "-",
      address,
    ];
    const found = (await this.must(words)).matchAll(/(\d+)\/open\/tcp/g);
    return [...found].map(([, port]) => Number(port));
  }

  async remove(): Promise<void> {
    await must(["docker", "rm", "--force", this.#container]);
  }
}
