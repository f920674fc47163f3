/** StackReference: the outputs of another stack, read from its state. */
import { EngineError } from "../errors.ts";
import { hasSecret, type Values } from "../values/property.ts";

export const STACK_REFERENCE = "pulumi:pulumi:StackReference";

export type StackOutputs = Values;

export async function readStackReference(
  inputs: Values,
  readOutputs: (stack: string) => Promise<StackOutputs>,
): Promise<Values> {
  const name = inputs["name"];
  if (typeof name !== "string" || name === "")
    throw new EngineError('StackReference: property name: expected "organization/PROJECT/STACK"');
  const outputs = await readOutputs(name);
  return {
    name,
    outputs,
    secretOutputNames: Object.keys(outputs).filter((key) => hasSecret(outputs[key])),
  };
}
