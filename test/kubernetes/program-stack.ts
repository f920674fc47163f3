/** A program of `program/` as a stack of its own, run by the offline engine. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDirectory } from "../../commands/support/paths.ts";
import { must } from "../lab/process.ts";

export class ProgramStack {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(main: string, settings: object): Promise<ProgramStack> {
    const folder = await mkdtemp(join(tmpdir(), "synfleet-program-"));
    await mkdir(join(folder, "state"));
    const project = {
      ...{ name: "program", main: join(projectDirectory, "test/kubernetes/program", main) },
      backend: { url: `file://${folder}/state` },
      runtime: { name: "nodejs", options: { typescript: false } },
    };
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`program:${key}`, value as unknown]),
    );
    await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    await writeFile(join(folder, "Pulumi.test.yaml"), JSON.stringify({ config }));
    await symlink(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
    const stack = new ProgramStack(folder);
    await stack.#engine("stack", "init", "test");
    return stack;
  }

  up(...words: readonly string[]): Promise<string> {
    return this.#engine("up", "--stack", "test", "--yes", "--skip-preview", ...words);
  }

  output(name: string): Promise<string> {
    return this.#engine("stack", "output", name, "--stack", "test");
  }

  /** What it made, and its files. */
  async remove(): Promise<void> {
    await this.#engine("destroy", "--stack", "test", "--yes", "--skip-preview");
    await rm(this.#folder, { recursive: true, force: true });
  }

  #engine(...words: readonly string[]): Promise<string> {
    const program = join(projectDirectory, "engine/src/main.ts");
    return must([process.execPath, program, "--cwd", this.#folder, ...words], {
      environment: { PULUMI_CONFIG_PASSPHRASE: "test" },
    });
  }
}
