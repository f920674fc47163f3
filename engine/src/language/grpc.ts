/** Small helpers over grpc-js, shared by the services. */
import * as grpc from "@grpc/grpc-js";
import structpb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Json } from "../values/wire.ts";

/** The SDK's own limit: states and file uploads can be large. */
export const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

type Unary<Req, Res> = (
  call: grpc.ServerUnaryCall<Req, Res>,
  callback: grpc.sendUnaryData<Res>,
) => void;

/** An async function as a gRPC handler; what it throws becomes the status the SDK shows. */
export function unary<Req, Res>(work: (request: Req) => Promise<Res> | Res): Unary<Req, Res> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback({
            code: grpc.status.UNKNOWN,
            details: error instanceof Error ? error.message : String(error),
          }),
      );
  };
}

export function fromStruct(struct: structpb.Struct | undefined): { [key: string]: Json } {
  return (struct?.toJavaScript() ?? {}) as { [key: string]: Json };
}

export function toStruct(json: { [key: string]: Json }): structpb.Struct {
  return structpb.Struct.fromJavaScript(
    json as Parameters<typeof structpb.Struct.fromJavaScript>[0],
  );
}

/** A call on a client of the generated stubs, as a promise. */
export function ask<Req, Res>(client: grpc.Client, method: string, request: Req): Promise<Res> {
  type Method = (request: Req, done: (error: Error | null, response: Res) => void) => void;
  return new Promise((resolve, reject) => {
    (client as unknown as { [name: string]: Method })[method]!(request, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
}
