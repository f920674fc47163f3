/** Calls back into the program: transforms and hooks are functions of it. */
import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type callbackTypes from "@pulumi/pulumi/proto/callback_pb.js";
import type callbackRpcTypes from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import { CHANNEL_OPTIONS, ask } from "./grpc.ts";

const require = createRequire(import.meta.url);

export type Callback = callbackTypes.Callback;

/** One connection for each server that the program offers its functions on. */
export class Callbacks {
  private readonly clients = new Map<string, grpc.Client>();

  async call(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const pb = require("@pulumi/pulumi/proto/callback_pb.js") as typeof callbackTypes;
    const message = new pb.CallbackInvokeRequest();
    message.setToken(callback.getToken());
    message.setRequest(request);
    const client = this.clientOf(callback.getTarget());
    try {
      const answer = await ask<typeof message, callbackTypes.CallbackInvokeResponse>(
        client,
        "invoke",
        message,
      );
      return answer.getResponse_asU8();
    } catch (error) {
      // As the program said it, without the status in front.
      const { details, message } = error as grpc.ServiceError;
      throw new Error(details || message, { cause: error });
    }
  }

  private clientOf(target: string): grpc.Client {
    const known = this.clients.get(target);
    if (known) return known;
    const rpc = require("@pulumi/pulumi/proto/callback_grpc_pb.js") as typeof callbackRpcTypes;
    const client = new rpc.CallbacksClient(
      target,
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
    this.clients.set(target, client);
    return client;
  }
}
