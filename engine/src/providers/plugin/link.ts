/** The connection to a plugin's process: its calls, and what the two sides have agreed to say. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as grpc from "@grpc/grpc-js";
import type rpcTypes from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type pbTypes from "@pulumi/pulumi/proto/provider_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { CHANNEL_OPTIONS, toStruct } from "../../language/grpc.ts";
import type { ProviderResource } from "../../provider.ts";
import { Secret, hasUnknown, plain, type Value } from "../../values/property.ts";
import { urnName, urnType, packageOf } from "../../deployment/urn.ts";
import { configureError, isUnimplemented } from "./answers.ts";
import type { PluginProcess } from "./process.ts";
import { toPlugin, type Accepts } from "./values.ts";

const require = createRequire(import.meta.url);
export const pb = require("@pulumi/pulumi/proto/provider_pb.js") as typeof pbTypes;

/** From the port's line to the first answer, as the CLI waits. */
const CONNECT_SECONDS = 10;
/** A plugin keeps the resource's time-out itself, and may still tell what it came to. */
const GRACE_SECONDS = 10;
/** Between a connection's end and that of the process that served it. */
const DEATH_SECONDS = 2;
const CANCEL_SECONDS = 5;

/** What a plugin says of itself. */
export interface Protocol extends Accepts {
  readonly preview: boolean;
  /** Its configuration has no unknown values; without that it is not asked at all. */
  readonly known: boolean;
}

const NOT_CONFIGURED: Protocol = { secrets: true, resources: true, preview: true, known: false };

export class Link {
  private readonly client: grpc.Client;
  private readonly process: PluginProcess;
  private agreed: Protocol | undefined;
  private configuring: Promise<Protocol> | undefined;

  private constructor(process: PluginProcess, port: number) {
    const rpc = require("@pulumi/pulumi/proto/provider_grpc_pb.js") as typeof rpcTypes;
    this.process = process;
    this.client = new rpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      // A proxy is for other machines.
      { ...CHANNEL_OPTIONS, "grpc.enable_http_proxy": 0 },
    );
  }

  static async open(process: PluginProcess, path: string, engineAddress: string): Promise<Link> {
    const link = new Link(process, await process.port);
    const deadline = Date.now() + CONNECT_SECONDS * 1000;
    const ready = new Promise<void>((resolve, reject) => {
      link.client.waitForReady(deadline, (error) => (error ? reject(error) : resolve()));
    });
    try {
      await Promise.race([ready, process.ended.then(() => Promise.reject(new Error("it ended")))]);
    } catch {
      link.close();
      throw process.died("before it could be reached at its port");
    }
    await link.handshake(path, engineAddress);
    return link;
  }

  private async handshake(path: string, engineAddress: string): Promise<void> {
    const request = new pb.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setRootDirectory(dirname(path));
    request.setProgramDirectory(dirname(path));
    request.setConfigureWithUrn(true);
    request.setInvokeWithPreview(true);
    try {
      const answer = await this.call<pbTypes.ProviderHandshakeResponse>("handshake", request);
      this.agreed = {
        secrets: answer.getAcceptSecrets(),
        resources: answer.getAcceptResources(),
        preview: true,
        known: true,
      };
    } catch (error) {
      // It agrees when it is configured.
      if (!isUnimplemented(error)) throw error;
    }
  }

  /** Once. What is told only by what this run makes is not known in a preview: then it is not asked at all. */
  configure(resource: ProviderResource): Promise<Protocol> {
    this.configuring ??= this.askToConfigure(resource);
    return this.configuring;
  }

  private async askToConfigure({ urn, id, inputs }: ProviderResource): Promise<Protocol> {
    if (hasUnknown(inputs)) return NOT_CONFIGURED;
    const request = new pb.ConfigureRequest();
    request.setUrn(urn);
    request.setName(urnName(urn));
    request.setType(urnType(urn));
    request.setId(id);
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    request.setArgs(toStruct(toPlugin(inputs, { secrets: true, resources: true }, true)));
    for (const [key, value] of Object.entries(inputs))
      if (key !== "version")
        request.getVariablesMap().set(`${packageOf(urnType(urn))}:config:${key}`, asText(value));
    let answer: pbTypes.ConfigureResponse;
    try {
      answer = await this.call<pbTypes.ConfigureResponse>("configure", request);
    } catch (error) {
      throw configureError(error);
    }
    return (
      this.agreed ?? {
        secrets: answer.getAcceptsecrets(),
        resources: answer.getAcceptresources(),
        preview: answer.getSupportspreview(),
        known: true,
      }
    );
  }

  async call<Res>(
    method: string,
    request: unknown,
    timeoutSeconds?: number,
    during = method,
  ): Promise<Res> {
    const options: grpc.CallOptions = timeoutSeconds
      ? { deadline: Date.now() + (timeoutSeconds + GRACE_SECONDS) * 1000 }
      : {};
    try {
      return await ask<Res>(this.client, method, request, options);
    } catch (error) {
      throw await this.explained(error as grpc.ServiceError, during);
    }
  }

  /** A connection that breaks is the plugin's end, which is told by what it last wrote. */
  private async explained(error: grpc.ServiceError, during: string): Promise<Error> {
    const isBroken = error.code === grpc.status.UNAVAILABLE || error.code === grpc.status.CANCELLED;
    if (!isBroken && !this.process.hasEnded) return error;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DEATH_SECONDS * 1000);
      void this.process.ended.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.process.hasEnded ? this.process.died(`during ${during}`) : error;
  }

  /** Asks it to give up what it is doing. */
  async cancel(): Promise<void> {
    if (this.process.hasEnded) return;
    const deadline = Date.now() + CANCEL_SECONDS * 1000;
    await ask(this.client, "cancel", new emptypb.Empty(), { deadline }).catch(() => {});
  }

  close(): void {
    this.client.close();
  }
}

type Method = (
  request: unknown,
  metadata: grpc.Metadata,
  options: grpc.CallOptions,
  done: (error: Error | null, response: unknown) => void,
) => void;

function ask<Res>(
  client: grpc.Client,
  method: string,
  request: unknown,
  options: grpc.CallOptions,
): Promise<Res> {
  return new Promise((resolve, reject) => {
    (client as unknown as { [name: string]: Method })[method]!(
      request,
      new grpc.Metadata(),
      options,
      (error, response) => (error ? reject(error) : resolve(response as Res)),
    );
  });
}

/** As providers of an older protocol read their settings. */
function asText(value: Value): string {
  const bare = plain(value instanceof Secret ? value.value : value);
  return typeof bare === "string" ? bare : JSON.stringify(bare);
}
