import type { Call, PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import type { FunctionCall } from "../functions.ts";
import { makeId } from "./provider.ts";
import { runCommand, type Ran } from "./run.ts";

const nothing: Ran = { stdout: "", stderr: "" };

const previousOutput = (state: PropertyMap): Ran => ({
  stdout: typeof state["stdout"] === "string" ? state["stdout"] : "",
  stderr: typeof state["stderr"] === "string" ? state["stderr"] : "",
});

async function run(call: Call, verb: string, inputs: PropertyMap, previous: Ran): Promise<Ran> {
  const script = inputs[verb];
  return typeof script === "string" ? runCommand(call, script, inputs, previous) : previous;
}

export const commandActions: Actions = {
  async create(call, inputs) {
    return {
      id: makeId(call.urn),
      outputs: { ...inputs, ...(await run(call, "create", inputs, nothing)) },
    };
  },
  async update(call, _id, old, inputs) {
    const verb = typeof inputs["update"] === "string" ? "update" : "create";
    return { ...inputs, ...(await run(call, verb, inputs, previousOutput(old))) };
  },
  async delete(call, _id, outputs) {
    await run(call, "delete", outputs, previousOutput(outputs));
  },
};

/** The function run: the command is run at each call, in previews too. */
export async function runFunction(args: PropertyMap, call: FunctionCall): Promise<PropertyMap> {
  return { ...args, ...(await runCommand(call, String(args["command"]), args, nothing)) };
}
