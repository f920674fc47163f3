import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { rules } from "./rules/index.ts";

const require = createRequire(import.meta.url);
let host: ChildProcess | undefined;
afterEach(() => void host?.kill());

test("the pack starts under Pulumi's own policy host and serves every rule", async () => {
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js");
  const directory = fileURLToPath(new URL(".", import.meta.url));
  host = spawn(process.execPath, [runner, "127.0.0.1:1", directory], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  host.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(host!.stdout!).once("line", resolve);
    host!.once("close", () => reject(new Error(`the pack ended: ${errors}`)));
  });
  const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
  const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
  const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const names = await new Promise<string[]>((resolve, reject) => {
    client.getAnalyzerInfo(new Empty(), (error: Error | null, info: any) => {
      if (error) reject(error);
      else resolve(info.getPoliciesList().map((policy: any) => policy.getName()));
    });
  });
  client.close();
  expect(names.sort()).toEqual(rules.map((rule) => rule.name).sort());
}, 30_000);
