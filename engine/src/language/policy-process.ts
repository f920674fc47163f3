/** The process of one policy pack and the client of the analyzer that it serves. */
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
  readonly onLine: (line: string) => void;
}

export interface PackProcess {
  readonly directory: string;
  call<Req, Res>(method: string, request: Req): Promise<Res>;
  close(): void;
}

export function packEntry(directory: string): string {
  const file = ["PulumiPolicy.yaml", "PulumiPolicy.yml"]
    .map((name) => join(directory, name))
    .find((path) => existsSync(path));
  if (!file)
    throw new EngineError(`flag --policy-pack: got "${directory}", which has no PulumiPolicy.yaml`);
  const yaml = (parse(readFileSync(file, "utf8")) ?? {}) as {
    runtime?: string | { name?: string };
    main?: string;
  };
  const runtime = typeof yaml.runtime === "string" ? yaml.runtime : yaml.runtime?.name;
  if (runtime !== "nodejs")
    throw unsupported(`${file}: the runtime "${runtime ?? ""}" (nodejs is)`);
  const manifest = join(directory, "package.json");
  const main = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, "utf8")) as { main?: string }).main
    : undefined;
  const base = resolve(directory, yaml.main ?? "");
  const candidates = [
    base,
    main && resolve(base, main),
    join(base, "index.js"),
    join(base, "index.ts"),
  ];
  const entry = candidates.find((path) => path && /\.[cm]?[jt]s$/.test(path) && existsSync(path));
  if (!entry) throw new EngineError(`the policy pack ${directory} has no index.js or index.ts`);
  return entry;
}

export async function startPack(directory: string, place: PackPlace): Promise<PackProcess> {
  const entry = packEntry(directory);
  const secretKeys = [...place.config].filter(([, v]) => v.secret).map(([key]) => key);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("./policy-runner.ts", import.meta.url)), entry],
    {
      cwd: resolve(directory),
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PULUMI_NODEJS_ORGANIZATION: "organization",
        PULUMI_NODEJS_PROJECT: place.project,
        PULUMI_NODEJS_STACK: place.stack,
        PULUMI_NODEJS_DRY_RUN: String(place.preview),
        PULUMI_CONFIG: JSON.stringify(
          Object.fromEntries([...place.config].map(([key, v]) => [key, v.text])),
        ),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
      },
    },
  );
  const errors: string[] = [];
  createInterface(child.stderr).on("line", (line) => errors.push(line));
  const port = await new Promise<number>((settle, reject) => {
    const fail = (why: string): void =>
      reject(new EngineError(`the policy pack ${directory} ${why}\n${errors.join("\n")}`));
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
    directory,
    call: (method, request) => ask(client, method, request),
    close: () => {
      client.close();
      child.kill("SIGTERM");
    },
  };
}
