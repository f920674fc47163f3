import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import type engineRpcTypes from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { expect, test } from "vitest";
import { engineService } from "./engine.ts";

const require = createRequire(import.meta.url);
const { EngineService } =
  require("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof engineRpcTypes;

/** Says one message of each severity as the SDK does, each after the one before was taken. */
const program = `
const rpc = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb.js");
const client = new rpc.EngineClient(process.argv[1], require("@grpc/grpc-js").credentials.createInsecure());
const say = (severity) => {
  if (severity > 3) return client.close();
  const request = new LogRequest();
  request.setSeverity(severity);
  request.setMessage("message " + severity);
  client.log(request, () => say(severity + 1));
};
say(0);`;

test.each([
  [[], ["debug", "info", "warning", "error"]],
  [
    ["--import", new URL("./no-debug-log.mjs", import.meta.url).href],
    ["info", "warning", "error"],
  ],
])("a program with %j sends %j", async (words, expected) => {
  const severities: string[] = [];
  const server = new grpc.Server();
  const service = engineService(
    (event) => void (event.kind === "diagnostic" && severities.push(event.severity)),
    () => undefined,
  );
  server.addService(EngineService as unknown as grpc.ServiceDefinition, service);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  try {
    const argv = [...words, "-e", program, `127.0.0.1:${port}`];
    await promisify(execFile)(process.execPath, argv, { cwd: import.meta.dirname });
  } finally {
    server.forceShutdown();
  }
  expect(severities).toEqual(expected);
});
