/** A deployment's containers on the hosts of a lab, each asked by its own host's engine. */
import { dockerOf, type DockerOf } from "../../../commands/support/fleet.ts";
import type { Ended } from "../../../commands/support/process.ts";
import { parseSettings } from "../../../settings/read.ts";
import type { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import type { Deployment } from "../../support/deployment.ts";
import { Containers } from "./containers.ts";

export class FleetContainers extends Containers {
  readonly #fleet: Fleet;
  readonly #prefix: string;
  readonly #docker: DockerOf;

  constructor(deployment: Deployment, fleet: Fleet) {
    super(deployment);
    this.#fleet = fleet;
    this.#prefix = deployment.prefix;
    this.#docker = dockerOf(parseSettings(deployment.settings()));
  }

  override async docker(alias: string, ...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#docker(alias, (name) => [...words, name]);
    if (code !== 0) throw new Error(`docker ${words.join(" ")} of ${alias}: ${stderr}`);
    return stdout + stderr;
  }

  override exec(alias: string, ...argv: string[]): Promise<Ended> {
    return this.#docker(alias, (name) => ["exec", name, ...argv]);
  }

  override async shown(): Promise<string[]> {
    const texts: string[] = [];
    for (const host of this.#fleet.hosts) {
      const ids = await this.#ids(host);
      texts.push(await host.docker(["inspect", ...ids]));
      for (const id of ids) {
        const { stdout, stderr } = await host.run(["docker", "logs", id]);
        texts.push(stdout + stderr);
      }
    }
    return texts;
  }

  override async startTimes(): Promise<Record<string, string>> {
    const times: [string, string][] = [];
    const format = "{{.Name}} {{.State.StartedAt}}";
    for (const host of this.#fleet.hosts) {
      const ids = await this.#ids(host);
      if (ids.length === 0) continue;
      const text = await host.docker(["inspect", "--format", format, ...ids]);
      for (const line of text.trim().split("\n")) {
        const [name = "", time = ""] = line.split(" ");
        times.push([name.replace(/^\//, ""), time]);
      }
    }
    return Object.fromEntries(times.sort());
  }

  /** Whatever carries the deployment's name, on any host. */
  async leftovers(): Promise<string[]> {
    const kinds = [
      ["ps", "--all", "--format", "container {{.Names}}"],
      ["volume", "ls", "--format", "volume {{.Name}}"],
      ["network", "ls", "--format", "network {{.Name}}"],
    ];
    const found: string[] = [];
    for (const host of this.#fleet.hosts) {
      for (const words of kinds) {
        const text = await host.docker([...words, "--filter", `name=${this.#prefix}`]);
        const lines = text.split("\n").filter(Boolean);
        found.push(...lines.map((line) => `${host.name}: ${line}`));
      }
    }
    return found;
  }

  async #ids(host: Host): Promise<string[]> {
    const label = `label=org.synfleet.fleet=${this.#prefix}`;
    const text = await host.docker(["ps", "--all", "--quiet", "--filter", label]);
    return text.split("\n").filter(Boolean);
  }
}
