/** Functions of a package (data sources), told by tables as its resource types are. */
import type { Call, PropertyMap } from "../provider.ts";
import { checkInputs } from "./check.ts";
import { withoutDefaults, type Properties, type ResourceSchema } from "./schema.ts";

export type FunctionCall = Pick<Call, "signal" | "log">;

export interface FunctionType {
  readonly token: string;
  /** Its arguments. */
  readonly properties: Properties;
  /** Rules between them. */
  readonly rules?: ResourceSchema["rules"];
  /** Loads the code that acts. */
  readonly run: () => Promise<(args: PropertyMap, call: FunctionCall) => Promise<PropertyMap>>;
}

const schemaOf = ({ token, properties, rules }: FunctionType): ResourceSchema => ({
  type: token,
  bridge: "framework",
  properties,
  ...(rules ? { rules } : {}),
});

export async function callFunction(
  fn: FunctionType,
  args: PropertyMap,
  call: FunctionCall,
): Promise<PropertyMap> {
  const { token } = fn;
  const checked = checkInputs(schemaOf(fn), { urn: token, news: args, seed: new Uint8Array() });
  const failures = checked.failures.map(({ property, reason }) => `${property} ${reason}`);
  if (failures.length > 0) throw new Error(failures.join("; "));
  return (await fn.run())(withoutDefaults(checked.inputs) as PropertyMap, call);
}
