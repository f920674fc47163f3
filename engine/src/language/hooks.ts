/** Resource and error hooks as the program registers them. */
import { createRequire } from "node:module";
import type resprotoTypes from "@pulumi/pulumi/proto/resource_pb.js";
import type { Failure, Hooks, Occasion } from "../deployment/hooks.ts";
import type { Values } from "../values/property.ts";
import { toWireMap } from "../values/wire.ts";
import type { Callbacks } from "./callbacks.ts";
import { toStruct } from "./grpc.ts";

const require = createRequire(import.meta.url);
const resproto = require("@pulumi/pulumi/proto/resource_pb.js") as typeof resprotoTypes;

export function registerResourceHook(
  hooks: Hooks,
  callbacks: Callbacks,
  request: resprotoTypes.RegisterResourceHookRequest,
): void {
  const callback = request.getCallback()!;
  hooks.addResourceHook(request.getName(), {
    onDryRun: request.getOnDryRun(),
    ignoreErrors: request.getIgnoreErrors(),
    async run(occasion) {
      const message = new resproto.ResourceHookRequest();
      tell(message, occasion);
      if (occasion.newOutputs) message.setNewOutputs(structOf(occasion.newOutputs));
      const bytes = await callbacks.call(callback, message.serializeBinary());
      const error = resproto.ResourceHookResponse.deserializeBinary(bytes).getError();
      if (error) throw new Error(error);
    },
  });
}

export function registerErrorHook(
  hooks: Hooks,
  callbacks: Callbacks,
  request: resprotoTypes.RegisterErrorHookRequest,
): void {
  const callback = request.getCallback()!;
  hooks.addErrorHook(request.getName(), {
    async run(failure: Failure) {
      const message = new resproto.ErrorHookRequest();
      tell(message, failure);
      message.setFailedOperation(failure.failedOperation);
      message.setErrorsList([...failure.errors]);
      const bytes = await callbacks.call(callback, message.serializeBinary());
      const answer = resproto.ErrorHookResponse.deserializeBinary(bytes);
      if (answer.getError()) throw new Error(answer.getError());
      return answer.getRetry();
    },
  });
}

function tell(
  message: resprotoTypes.ResourceHookRequest | resprotoTypes.ErrorHookRequest,
  occasion: Occasion,
): void {
  message.setUrn(occasion.urn);
  message.setId(occasion.id);
  message.setName(occasion.name);
  message.setType(occasion.type);
  if (occasion.newInputs) message.setNewInputs(structOf(occasion.newInputs));
  if (occasion.oldInputs) message.setOldInputs(structOf(occasion.oldInputs));
  if (occasion.oldOutputs) message.setOldOutputs(structOf(occasion.oldOutputs));
}

const structOf = (values: Values) => toStruct(toWireMap(values));
