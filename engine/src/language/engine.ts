/** The Engine service: logging, and the urn of the stack. */
import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type engprotoTypes from "@pulumi/pulumi/proto/engine_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Emit, Severity } from "../deployment/events.ts";
import { unary } from "./grpc.ts";

const require = createRequire(import.meta.url);
const engproto = require("@pulumi/pulumi/proto/engine_pb.js") as typeof engprotoTypes;

const SEVERITIES: readonly Severity[] = ["debug", "info", "warning", "error"];

export function engineService(emit: Emit, onError: () => void): grpc.UntypedServiceImplementation {
  let root = "";
  return {
    log: unary((request: engprotoTypes.LogRequest) => {
      const severity = SEVERITIES[request.getSeverity()] ?? "info";
      if (severity === "error") onError();
      emit({
        kind: "diagnostic",
        severity,
        urn: request.getUrn(),
        message: request.getMessage().trimEnd(),
        passing: request.getEphemeral(),
      });
      return new emptypb.Empty();
    }),
    getRootResource: unary(() => {
      const response = new engproto.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: engprotoTypes.SetRootResourceRequest) => {
      root = request.getUrn();
      return new engproto.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new emptypb.Empty()),
    requirePulumiVersion: unary(() => new engproto.RequirePulumiVersionResponse()),
  };
}
