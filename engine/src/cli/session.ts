/** What every command shares: the project, the stack, its files and secrets, and how to speak with the user. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { chdir } from "node:process";
import type { LoadProvider } from "../deployment/registry.ts";
import { painter, type Paint } from "../display/words.ts";
import { Bail, EXIT, EngineError } from "../errors.ts";
import { loadProject, type Project } from "../project/project.ts";
import { StackFile, stackFilePath } from "../project/stackfile.ts";
import { selectedStack } from "../project/workspace.ts";
import { existingSecrets, freshSecrets, type SecretsManager } from "../secrets/passphrase.ts";
import { findBackend, StackFiles, type Backend } from "../state/backend.ts";
import type { RawCheckpoint } from "../state/checkpoint.ts";
import type { Arguments } from "./arguments.ts";

export interface Terminal {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Dependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  readonly loadProvider: LoadProvider;
}

export class Session {
  readonly arguments: Arguments;
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  readonly loadProvider: LoadProvider;
  readonly paint: Paint;
  readonly interactive: boolean;
  private loadedProject: Promise<Project> | undefined;
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(args: Arguments, dependencies: Dependencies) {
    this.arguments = args;
    this.env = dependencies.env;
    this.terminal = dependencies.terminal;
    this.loadProvider = dependencies.loadProvider;
    const color = args.text("color") ?? "auto";
    if (!["auto", "always", "never", "raw"].includes(color))
      throw new EngineError(
        `flag --color: got "${color}"; allowed are always, never, raw and auto`,
        EXIT.configuration,
      );
    const { isTerminal } = this.terminal;
    this.paint = painter(
      color === "always" || (color === "auto" && isTerminal && !this.env["NO_COLOR"]),
    );
    this.interactive =
      isTerminal &&
      !args.flag("non-interactive") &&
      !this.env["CI"] &&
      process.stdin.isTTY === true;
    const directory = args.text("cwd");
    if (directory !== undefined) changeDirectory(directory);
  }

  /** Done before the command ends, however it ends. */
  atEnd(work: () => Promise<void>): void {
    this.endings.push(work);
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.endings.splice(0).map((work) => work()));
  }

  project(): Promise<Project> {
    this.loadedProject ??= loadProject(process.cwd());
    return this.loadedProject;
  }

  async backend(): Promise<Backend> {
    const project = await this.project();
    return findBackend(this.env, project.backendUrl, project.root);
  }

  /** The stack named by --stack or the argument, or the selected one. */
  async stackName(positional?: string): Promise<string> {
    const project = await this.project();
    const given = positional ?? this.arguments.text("stack") ?? this.env["PULUMI_STACK"];
    const name = given || (await selectedStack(project, this.env));
    if (!name)
      throw new EngineError(
        "no stack selected; specify a stack name with --stack",
        EXIT.stackNotFound,
      );
    return parseStackName(name, project.name);
  }

  async stackFiles(positional?: string): Promise<StackFiles> {
    const [project, backend, name] = await Promise.all([
      this.project(),
      this.backend(),
      this.stackName(positional),
    ]);
    return new StackFiles(backend, project.name, name);
  }

  async stackFile(stack: string): Promise<StackFile> {
    const project = await this.project();
    return StackFile.load(stackFilePath(project, stack, this.arguments.text("config-file")));
  }

  get ask(): ((question: string) => Promise<string>) | undefined {
    return this.interactive ? (question) => prompt(question, process.stdout) : undefined;
  }

  /** What is typed is not shown. */
  get askSecretly(): ((question: string) => Promise<string>) | undefined {
    if (!this.interactive) return undefined;
    return async (question) => {
      this.terminal.write(question);
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const answer = await prompt("", nowhere);
      this.terminal.write("\n");
      return answer;
    };
  }

  /** The secrets manager that the stack's file or state names, or undefined when neither has secrets yet. */
  secrets(file: StackFile, raw: RawCheckpoint | undefined): SecretsManager | undefined {
    const salt = file.encryptionSalt ?? raw?.deployment?.secrets_providers?.state?.salt;
    return salt === undefined ? undefined : existingSecrets(salt, this.env, this.askSecretly);
  }

  /** The same, made and noted in the stack's file when there is none. */
  async secretsOrNew(file: StackFile, raw: RawCheckpoint | undefined): Promise<SecretsManager> {
    const known = this.secrets(file, raw);
    if (known) {
      if (file.encryptionSalt === undefined) {
        file.encryptionSalt = known.encryptionSalt;
        await file.save();
      }
      return known;
    }
    const fresh = await freshSecrets(this.env, this.askSecretly);
    file.encryptionSalt = fresh.encryptionSalt;
    await file.save();
    return fresh;
  }

  /** --yes, or the variable that says it for every command. */
  get skipsQuestions(): boolean {
    const always = this.env["PULUMI_SKIP_CONFIRMATIONS"] ?? "";
    return this.arguments.flag("yes") || ["true", "1"].includes(always);
  }

  /** --json, or --output json as newer commands spell it. */
  get wantsJson(): boolean {
    const output = this.arguments.text("output") ?? "default";
    if (output !== "default" && output !== "json")
      throw new EngineError(
        `invalid argument "${output}" for "--output" flag: must be one of default, json`,
      );
    return output === "json" || this.arguments.flag("json");
  }

  warn(message: string): void {
    this.terminal.writeError(`${this.paint("yellow", "warning:")} ${message}
`);
  }

  /** Somebody said no: told on standard output, as the CLI does. */
  decline(): never {
    this.print("confirmation declined");
    throw new Bail("confirmation declined");
  }

  print(text: string): void {
    this.terminal.write(`${text}\n`);
  }

  async confirm(question: string): Promise<boolean> {
    const answer = await this.ask?.(question);
    return answer === "yes" || answer === "y";
  }
}

async function prompt(question: string, output: Writable): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await reader.question(question);
  } finally {
    reader.close();
  }
}

function changeDirectory(directory: string): void {
  try {
    chdir(directory);
  } catch (error) {
    throw new EngineError(`flag --cwd: got "${directory}": ${(error as Error).message}`);
  }
}

/** STACK, organization/STACK or organization/PROJECT/STACK; of anything longer the CLI sees no part. */
export function parseStackName(text: string, project: string): string {
  const parts = text.split("/");
  const name = parts.length > 3 ? "" : parts.at(-1)!;
  if (parts.length > 1 && parts.length <= 3 && parts[0] !== "organization")
    throw new EngineError("organization name must be 'organization'");
  if (parts.length === 3 && parts[1] !== project)
    throw new EngineError(
      `stack "${text}" is of the project ${parts[1]}, but this is the project ${project}`,
    );
  if (name === "") throw new EngineError("a stack name may not be empty");
  if (name.length > 100) throw new EngineError("a stack name cannot exceed 100 characters");
  const wrong = name.search(/[^A-Za-z0-9._-]/);
  if (wrong >= 0)
    throw new EngineError(
      "a stack name may only contain alphanumeric, hyphens, underscores, or periods: " +
        `invalid character '${name[wrong]}' at position ${wrong}`,
    );
  return name;
}
