import type { Provider } from "../../provider.ts";
import { bridge } from "../bridge.ts";
import { newDaemon } from "./daemon.ts";
import { containerSchema, imageSchema, networkSchema, volumeSchema } from "./schema.ts";
import { configSchema, secretSchema, serviceSchema } from "./service-schema.ts";

export function dockerProvider(env: NodeJS.ProcessEnv = process.env): Provider {
  const daemon = newDaemon(env);
  return bridge({
    name: "docker",
    version: "5.2.0",
    configure: (config) => daemon.configure(config),
    functions: [
      {
        token: "docker:index/getNetwork:getNetwork",
        properties: { name: { kind: "string", required: true } },
        run: async () => (await import("./get-network.ts")).getNetwork(daemon),
      },
    ],
    types: [
      {
        schema: networkSchema,
        actions: async () => (await import("./network.ts")).networkActions(daemon),
      },
      {
        schema: volumeSchema,
        actions: async () => (await import("./volume.ts")).volumeActions(daemon),
      },
      {
        schema: imageSchema,
        actions: async () => (await import("./image.ts")).imageActions(daemon),
      },
      {
        schema: containerSchema,
        actions: async () => (await import("./container.ts")).containerActions(daemon),
      },
      {
        schema: serviceSchema,
        actions: async () => (await import("./service.ts")).serviceActions(daemon),
      },
      {
        schema: configSchema,
        actions: async () => (await import("./swarm-files.ts")).configActions(daemon),
      },
      {
        schema: secretSchema,
        actions: async () => (await import("./swarm-files.ts")).secretActions(daemon),
      },
    ],
  });
}
