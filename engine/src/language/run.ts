/** Serves a running program until it is through, then lets the deployment delete what the program left out. */
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import type engineRpcTypes from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type monitorRpcTypes from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type { Deployment } from "../deployment/deployment.ts";
import type { Config } from "../project/config.ts";
import { engineService } from "./engine.ts";
import { CHANNEL_OPTIONS } from "./grpc.ts";
import { monitorService } from "./monitor.ts";
import { ALREADY_SHOWN, type Doorway, type Program } from "./program.ts";

const require = createRequire(import.meta.url);
const SAYING_MILLISECONDS = 250;

/** The engine's services on the doorway that programs and policy packs were told about. */
export function serve(
  doorway: Doorway,
  services: readonly (readonly [grpc.ServiceDefinition, grpc.UntypedServiceImplementation])[],
): grpc.Server {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  for (const [definition, implementation] of services)
    server.addService(definition, implementation);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  doorway.handOver((socket) => injector.injectConnection(socket));
  return server;
}

export interface RunOptions {
  readonly deployment: Deployment;
  readonly doorway: Doorway;
  readonly program: Program;
  readonly config: Config;
  readonly root: string;
  /** When all steps went well, the deletions too: stack policies. */
  readonly afterSteps: () => Promise<void>;
}

export async function runProgram(options: RunOptions): Promise<void> {
  const { deployment, doorway, program } = options;
  const { context } = deployment;
  let loggedError = false;
  let ended = false;
  let announceEnd: () => void = () => {};
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const programDone = new Promise<void>((resolve) => (announceEnd = resolve));

  const monitorRpc = require("@pulumi/pulumi/proto/resource_grpc_pb.js") as typeof monitorRpcTypes;
  const engineRpc = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof engineRpcTypes;
  const monitor = monitorService({
    ...options,
    onProgramDone: () => {
      ended = true;
      announceEnd();
      // Its hooks may be called until the last deletion.
      return context.hooks.any ? released : Promise.resolve();
    },
  });
  const engine = engineService(context.emit, () => (loggedError = true));
  const server = serve(doorway, [
    [monitorRpc.ResourceMonitorService as unknown as grpc.ServiceDefinition, monitor],
    [engineRpc.EngineService as unknown as grpc.ServiceDefinition, engine],
  ]);

  const stopped = new Promise<void>((resolve) => {
    if (context.cancelled.aborted) resolve();
    context.cancelled.addEventListener("abort", () => resolve(), { once: true });
    context.onFail = resolve;
  });
  try {
    const code = await Promise.race([
      programDone.then(() => 0),
      stopped.then(() => undefined),
      program.exited,
    ]);
    await deployment.settled();
    // What policies forbid fails within milliseconds: what the program has said by then must arrive.
    if (code === undefined && context.forbidden && !context.cancelled.aborted)
      await Promise.race([
        deployment.stackOutputsKnown,
        program.exited,
        setTimeout(SAYING_MILLISECONDS, undefined, { ref: false }),
      ]);
    if (code !== undefined && code !== 0 && !ended && !context.failed) {
      const why =
        code === ALREADY_SHOWN
          ? undefined
          : `an unhandled error occurred: Program exited with non-zero exit code: ${code}`;
      context.programFailed = true;
      context.failed = true;
      if (why && !loggedError)
        context.emit({ kind: "diagnostic", severity: "error", urn: "", message: why });
    }
    if (ended && loggedError) context.failed = true;
    await deployment.finish();
    await deployment.setStackOutputs();
    if (!context.stopped && !context.stepFailed) await options.afterSteps();
  } finally {
    // A program that said it is done is left to exit by itself: it keeps its compiled code for the next run.
    release();
    if (!ended) program.kill();
    // What cannot be written is tried once more, and told, at the end of the run.
    await context.snapshot.close().catch(() => {});
    await program.gone();
    server.forceShutdown();
    doorway.close();
  }
}
