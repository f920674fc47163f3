/** A plugin of the project during one phase of a command: its processes, and the engine's service that they may log to. */
import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type engineRpcTypes from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { Emit } from "../../deployment/events.ts";
import { engineService } from "../../language/engine.ts";
import { CHANNEL_OPTIONS } from "../../language/grpc.ts";
import type { ProjectPlugin } from "../../project/plugins.ts";
import type { Provider } from "../../provider.ts";
import type { Links } from "./calls.ts";
import { pluginCommand } from "./command.ts";
import { Link } from "./link.ts";
import { PluginProcess } from "./process.ts";
import { pluginProvider } from "./provider.ts";

const require = createRequire(import.meta.url);

export interface PluginPlace {
  readonly plugin: ProjectPlugin;
  readonly project: string;
  /** The folder that the plugin runs in: the program's. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Configuration of the plugin's package, without secrets: those come by Configure. */
  readonly config: { readonly [key: string]: string };
  readonly emit: Emit;
  readonly cancelled: AbortSignal;
}

export class PluginHost implements Links {
  private readonly place: PluginPlace;
  private readonly processes: PluginProcess[] = [];
  private readonly links: Promise<Link>[] = [];
  private server: Promise<{ address: string; server: grpc.Server }> | undefined;
  private waiting: Promise<Link> | undefined;
  private readonly onCancel = (): void => void this.cancel();

  constructor(place: PluginPlace) {
    this.place = place;
    place.cancelled.addEventListener("abort", this.onCancel, { once: true });
  }

  provider(): Provider {
    const { name, version } = this.place.plugin;
    return pluginProvider(name, this, version);
  }

  spare(): Promise<Link> {
    this.waiting ??= this.start();
    return this.waiting;
  }

  take(): Promise<Link> {
    const link = this.spare();
    this.waiting = undefined;
    return link;
  }

  warn(urn: string, message: string): void {
    this.place.emit({ kind: "diagnostic", severity: "warning", urn, message });
  }

  /** Ends every process; nothing of them is left when it resolves. */
  async close(): Promise<void> {
    this.place.cancelled.removeEventListener("abort", this.onCancel);
    await this.cancel();
    for (const link of await Promise.allSettled(this.links))
      if (link.status === "fulfilled") link.value.close();
    await Promise.all(this.processes.map((process) => process.stop()));
    (await this.server?.catch(() => undefined))?.server.forceShutdown();
  }

  private start(): Promise<Link> {
    const link = this.open();
    this.links.push(link);
    return link;
  }

  private async open(): Promise<Link> {
    const { plugin, project, cwd, env, config } = this.place;
    const command = pluginCommand(plugin);
    this.server ??= serve(this.place.emit);
    const { address } = await this.server;
    const process = new PluginProcess(command, address, {
      cwd,
      env: { ...env, PULUMI_PROJECT: project, PULUMI_CONFIG: JSON.stringify(config) },
    });
    this.processes.push(process);
    return Link.open(process, command.path, address);
  }

  private async cancel(): Promise<void> {
    const links = await Promise.allSettled(this.links);
    await Promise.all(
      links.map((link) => (link.status === "fulfilled" ? link.value.cancel() : undefined)),
    );
  }
}

async function serve(emit: Emit): Promise<{ address: string; server: grpc.Server }> {
  const rpc = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof engineRpcTypes;
  const server = new grpc.Server(CHANNEL_OPTIONS);
  server.addService(
    rpc.EngineService as unknown as grpc.ServiceDefinition,
    engineService(emit, () => {}),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, server };
}
