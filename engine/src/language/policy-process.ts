/**
 * The process of one policy pack and the client of the analyzer that it serves. Packs run under the SDK's own
 * `cmd/run-policy-pack`, as with the CLI. That loads a TypeScript compiler whether it is needed or not, 0.9 s a run measured on
 * two processors, so a pack that says `typescript: false` is imported as it is; a test compares what both ways answer.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import type analyzerRpcTypes from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import { parse } from "yaml";
import { EngineError, unsupported } from "../errors.ts";
import type { Config } from "../project/config.ts";
import { CHANNEL_OPTIONS, ask } from "./grpc.ts";

const require = createRequire(import.meta.url);
const START_SECONDS = 60;

export interface PackPlace {
  readonly config: Config;
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  /** Where the engine listens. */
  readonly address: string;
  readonly onLine: (line: string) => void;
}

export interface PackProcess {
  readonly directory: string;
  /** Of PulumiPolicy.yaml; it comes before the one that the pack tells. */
  readonly version: string;
  call<Req, Res>(method: string, request: Req): Promise<Res>;
  close(): void;
}

export interface PackOptions {
  /** The folder as the command line names it. */
  readonly shown?: string;
  /** Without the SDK's runner, or with it, whatever the pack says. */
  readonly quick?: boolean;
}

export interface PackProject {
  readonly version: string;
  readonly main: string;
  readonly typescript: boolean;
  readonly nodeArguments: readonly string[];
}

export function readPackProject(directory: string, shown = directory): PackProject {
  const file = join(directory, "PulumiPolicy.yaml");
  const broken = (why: string): EngineError =>
    new EngineError(`failed to load Pulumi policy project located at "${shown}": ${why}`);
  const named = join(shown, "PulumiPolicy.yaml");
  if (!existsSync(file)) throw broken(`open ${named}: no such file or directory`);
  let yaml: { [key: string]: unknown };
  try {
    yaml = (parse(readFileSync(file, "utf8")) ?? {}) as { [key: string]: unknown };
  } catch (error) {
    throw broken(`invalid YAML file: ${(error as Error).message}`);
  }
  const given = yaml["runtime"];
  if (!given) throw broken("project is missing a 'runtime' attribute");
  const runtime = (typeof given === "string" ? { name: given } : (given ?? {})) as {
    name?: string;
    options?: { [key: string]: unknown };
  };
  if (runtime.name !== "nodejs")
    throw unsupported(`${named}: the runtime "${runtime.name ?? ""}" (nodejs is)`);
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    version: text(yaml["version"]),
    main: text(yaml["main"]),
    typescript: runtime.options?.["typescript"] !== false,
    nodeArguments: text(runtime.options?.["nodeargs"]).split(/\s+/).filter(Boolean),
  };
}

/** The command line of a pack; `quick` is the way without the SDK's runner. */
export function packCommand(
  directory: string,
  project: PackProject,
  address: string,
  quick = !project.typescript,
): string[] {
  if (quick) {
    const runner = fileURLToPath(new URL("./policy-runner.ts", import.meta.url));
    return [...project.nodeArguments, runner, resolve(directory, project.main)];
  }
  let runner: string;
  try {
    const from = createRequire(join(resolve(directory), "index.js"));
    runner = from.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new EngineError(
      `it looks like the policy pack's dependencies are not installed; try running npm install or yarn install in "${directory}"`,
    );
  }
  return [...project.nodeArguments, runner, address, resolve(directory)];
}

export async function startPack(
  directory: string,
  place: PackPlace,
  { shown = directory, quick }: PackOptions = {},
): Promise<PackProcess> {
  const project = readPackProject(directory, shown);
  const secretKeys = [...place.config].filter(([, v]) => v.secret).map(([key]) => key);
  const child = spawn(process.execPath, packCommand(directory, project, place.address, quick), {
    cwd: resolve(directory),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
      PULUMI_NODEJS_ORGANIZATION: "organization",
      PULUMI_NODEJS_PROJECT: place.project,
      PULUMI_NODEJS_STACK: place.stack,
      PULUMI_NODEJS_DRY_RUN: String(place.preview),
      PULUMI_CONFIG: JSON.stringify(
        Object.fromEntries([...place.config].map(([key, v]) => [key, v.text])),
      ),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    },
  });
  const errors: string[] = [];
  createInterface(child.stderr).on("line", (line) => errors.push(line));
  const port = await new Promise<number>((settle, reject) => {
    const fail = (why: string): void =>
      reject(
        new EngineError(`policy pack "${shown}" failed to start: it ${why}\n${errors.join("\n")}`),
      );
    const timer = setTimeout(
      () => fail(`did not start within ${START_SECONDS} s`),
      START_SECONDS * 1000,
    );
    let found = false;
    createInterface(child.stdout).on("line", (line) => {
      if (found) return place.onLine(line);
      if (!/^\d+$/.test(line)) return;
      found = true;
      clearTimeout(timer);
      settle(Number(line));
    });
    child.on("error", (error) => fail(`could not be started: ${error.message}`));
    child.on("close", (code) => {
      clearTimeout(timer);
      if (!found) fail(`ended with code ${code} before it served anything`);
    });
  });
  const rpc = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as typeof analyzerRpcTypes;
  const client = new rpc.AnalyzerClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
    CHANNEL_OPTIONS,
  );
  return {
    directory: shown,
    version: project.version,
    call: (method, request) => ask(client, method, request),
    close: () => {
      client.close();
      child.kill("SIGTERM");
    },
  };
}
