import { chooseEngine, type Engine } from "./engine.ts";
import { Failure } from "./failure.ts";
import type { State } from "./lost-host.ts";
import { withPassphrase } from "./passphrase.ts";
import { stacksDirectory } from "./paths.ts";
import { run, show } from "./process.ts";

/** The stack of a machine of one's own; what the commands mean when none is named. */
export const defaultStack = "dev";

/** What every system exports under these names; see docs/outputs.md. */
export interface Outputs {
  readonly endpoints: Readonly<Record<string, string | readonly string[]>>;
  readonly credentials: {
    /** Of the systems with PostgreSQL. */
    readonly postgres: {
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };
    /** Of Synaxic. */
    readonly redis?: { readonly user: string; readonly password: string };
    /** Of Synap. */
    readonly synap?: { readonly user: string; readonly password: string };
    /** Of SynapseDB. */
    readonly managerToken: string;
    readonly statistics: { readonly user: string; readonly password: string };
    readonly grafana?: { readonly user: string; readonly password: string };
  };
  readonly caCertificate: string;
}

/** As `stack export` gives it. */
export interface StateDocument {
  readonly version: number;
  readonly deployment: State;
}

/** A stack and the engine that runs it. */
export class Stack {
  readonly name: string;
  readonly engine: Engine;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(name: string, engine: Engine, env: NodeJS.ProcessEnv) {
    this.name = name;
    this.engine = engine;
    this.#env = env;
  }

  static async open(name: string): Promise<Stack> {
    const [engine, env] = await Promise.all([chooseEngine(), withPassphrase(process.env)]);
    console.log(`synfleet: engine ${engine.kind} (${engine.reason})`);
    return new Stack(name, engine, env);
  }

  /** Runs the engine on this terminal. */
  show(...args: string[]): Promise<number> {
    return show(this.engine.program, this.#words(args), { env: this.#env, cwd: stacksDirectory });
  }

  /** Runs the engine and gives what it printed; throws its own words when it fails. */
  capture(...args: string[]): Promise<string> {
    return this.#capture(args);
  }

  /** Its state as a document, in which secrets stay encrypted. */
  async state(): Promise<StateDocument> {
    return JSON.parse(await this.capture("stack", "export", "--stack", this.name)) as StateDocument;
  }

  async setState(document: StateDocument): Promise<void> {
    await this.#capture(["stack", "import", "--stack", this.name], JSON.stringify(document));
  }

  async #capture(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(this.engine.program, this.#words(args), {
      env: this.#env,
      cwd: stacksDirectory,
      ...(input !== undefined && { input }),
    });
    if (code !== 0)
      throw new Failure(`${args.join(" ")} failed:\n${stderr.trim() || stdout.trim()}`, code);
    return stdout;
  }

  async outputs(): Promise<Outputs> {
    const ask = ["stack", "output", "--json", "--show-secrets", "--stack", this.name];
    const text = await this.capture(...ask).catch(async (error: unknown) => {
      throw (await this.exists()) ? error : new Failure(this.#notUp("there is no such stack"));
    });
    const outputs = JSON.parse(text) as Partial<Outputs>;
    if (!outputs.endpoints) {
      throw new Failure(this.#notUp("it has no endpoints, so it has not been brought up"));
    }
    return outputs as Outputs;
  }

  async exists(): Promise<boolean> {
    const stacks = JSON.parse(await this.capture("stack", "ls", "--json")) as { name: string }[];
    return stacks.some(({ name }) => name.split("/").at(-1) === this.name);
  }

  #notUp(why: string): string {
    const option = this.name === defaultStack ? "" : ` -- --stack ${this.name}`;
    return `stack ${this.name}: ${why}. Run: npm run up${option}`;
  }

  #words(args: readonly string[]): string[] {
    return [...this.engine.leadingArgs, ...args, "--non-interactive"];
  }
}
