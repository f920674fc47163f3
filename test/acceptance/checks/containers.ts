import { run, type Ended } from "../../../commands/support/process.ts";
import { projectDirectory } from "../../../commands/support/paths.ts";
import type { Deployment } from "../../support/deployment.ts";
import { leftovers } from "../../support/leftovers.ts";

export async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout + stderr;
}

/** A deployment's containers by the aliases that they have inside of it. */
export class Containers {
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  name(alias: string): string {
    return `${this.#deployment.prefix}-${alias}`;
  }

  async names(): Promise<string[]> {
    const lines = await leftovers(this.#deployment.prefix);
    return lines
      .filter((line) => line.startsWith("container "))
      .map((line) => line.slice("container ".length));
  }

  /** Docker's client on the engine that has the container, whose name comes last. */
  async docker(alias: string, ...words: string[]): Promise<string> {
    return docker(...words, this.name(alias));
  }

  exec(alias: string, ...argv: string[]): Promise<Ended> {
    return run("docker", ["exec", this.name(alias), ...argv]);
  }

  /** Whatever Docker shows of the containers to those who may look: their descriptions and their logs. */
  async shown(): Promise<string[]> {
    const names = await this.names();
    const logs = await Promise.all(names.map((name) => docker("logs", name)));
    return [await docker("inspect", ...names), ...logs];
  }

  /** What the program printed; throws its own words when it fails. */
  async must(alias: string, ...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.exec(alias, ...argv);
    if (code !== 0) throw new Error(`${alias}: ${argv[0]} ended with ${code}: ${stderr || stdout}`);
    return stdout.trim();
  }

  /** One value of a PostgreSQL member's own answer, over its socket. */
  sql(alias: string, query: string, database = "postgres"): Promise<string> {
    const psql = ["psql", "-XAtq", "-h", "/run/postgresql", "-U", "synfleet", "-d", database];
    return this.must(alias, ...psql, "-c", query);
  }

  /** When each container was started, for "nothing was restarted". */
  async startTimes(): Promise<Record<string, string>> {
    const names = await this.names();
    const text = await docker("inspect", "--format", "{{.Name}} {{.State.StartedAt}}", ...names);
    return Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.replace(/^\//, "").split(" ") as [string, string])
        .sort(),
    );
  }

  /** One of the project's own commands, on this deployment's stack. */
  command(...args: string[]): Promise<Ended> {
    const [name = "", ...rest] = args;
    return run(process.execPath, ["commands/main.ts", name, ...rest, "--stack", "test"], {
      cwd: projectDirectory,
      env: {
        ...this.#deployment.env,
        SYNFLEET_STACKS: this.#deployment.directory,
        SYNFLEET_ENGINE: "offline",
      },
    });
  }

  async mustCommand(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.command(...args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  }
}
