import { randomBytes } from "node:crypto";
import type { Provider } from "../../provider.ts";
import { bridge } from "../bridge.ts";
import type { FunctionType } from "../functions.ts";
import type { Properties, ResourceSchema } from "../schema.ts";

const FILES = "it would put files into the state; read them in the program instead";

export const makeId = (urn: string): string =>
  urn.slice(urn.lastIndexOf("::") + 2) + randomBytes(4).toString("hex");

/** What a command that is made and one that is only run have in common. */
const shared: Properties = {
  stdin: { kind: "string" },
  environment: { kind: { map: "string" } },
  dir: { kind: "string" },
  interpreter: { kind: { list: "string" } },
  logging: { kind: "string", allowed: ["stdout", "stderr", "stdoutAndStderr", "none"] },
  addPreviousOutputInEnv: { kind: "boolean" },
  assetPaths: { kind: { list: "string" }, unsupported: FILES },
  archivePaths: { kind: { list: "string" }, unsupported: FILES },
};

export const commandSchema: ResourceSchema = {
  type: "command:local:Command",
  bridge: "none",
  makeId,
  properties: {
    create: { kind: "string" },
    update: { kind: "string" },
    delete: { kind: "string" },
    triggers: { kind: { list: "any" }, forceNew: true },
    ...shared,
    stdout: { kind: "string", outputOnly: true },
    stderr: { kind: "string", outputOnly: true },
  },
};

const run: FunctionType = {
  token: "command:local:run",
  properties: { command: { kind: "string", required: true }, ...shared },
  run: async () => (await import("./actions.ts")).runFunction,
};

export function commandProvider(): Provider {
  const actions = async () => (await import("./actions.ts")).commandActions;
  return bridge({
    name: "command",
    version: "1.2.1",
    types: [{ schema: commandSchema, actions }],
    functions: [run],
    // The generation of the framework that the reference provider is built on; without it the CLI sees another provider.
    configNotes: { "__pulumi-go-provider-version": "v1.5.0" },
  });
}
