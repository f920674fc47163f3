/**
 * The least that an engine can be: it answers every registration at once, with what it was given. What a program takes
 * under it is the program's own evaluation.
 */
import { createRequire } from "node:module";
import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import type resourceTypes from "@pulumi/pulumi/proto/resource_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { engineService } from "../../engine/src/language/engine.ts";
import { fromStruct, toStruct, unary } from "../../engine/src/language/grpc.ts";
import { providerOutputs } from "../support/deploy.ts";

const require = createRequire(import.meta.url);
const messages = require("@pulumi/pulumi/proto/resource_pb.js") as typeof resourceTypes;

export interface Echo extends Disposable {
  readonly address: string;
}

export async function startEcho(): Promise<Echo> {
  const server = new Server();
  const monitor = require("@pulumi/pulumi/proto/resource_grpc_pb.js") as Record<string, unknown>;
  const engine = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as Record<string, unknown>;
  server.addService(monitor["ResourceMonitorService"] as ServiceDefinition, {
    supportsFeature: unary(() => {
      const response = new messages.SupportsFeatureResponse();
      response.setHassupport(true);
      return response;
    }),
    registerResource: unary(echo),
    registerResourceOutputs: unary(() => new emptypb.Empty()),
    signalAndWaitForShutdown: unary(() => new emptypb.Empty()),
  });
  server.addService(
    engine["EngineService"] as ServiceDefinition,
    engineService(
      () => {},
      () => {},
    ),
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.forceShutdown() };
}

function echo(request: resourceTypes.RegisterResourceRequest) {
  const inputs = fromStruct(request.getObject()) as Record<string, unknown>;
  const made = providerOutputs[request.getType()]?.(inputs) ?? {};
  const response = new messages.RegisterResourceResponse();
  response.setUrn(`urn:pulumi:bench::synfleet::${request.getType()}::${request.getName()}`);
  response.setId(request.getCustom() ? request.getName() : "");
  response.setObject(toStruct({ ...inputs, ...made } as Parameters<typeof toStruct>[0]));
  return response;
}
