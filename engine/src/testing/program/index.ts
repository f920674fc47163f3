/** A program that registers what its configuration tells it to. */
import * as pulumi from "@pulumi/pulumi";

interface Declared {
  name: string;
  kind?: "component" | "secret" | "get";
  parent?: string;
  props?: { [key: string]: unknown };
  dependsOn?: string[];
  aliases?: pulumi.Alias[];
  options?: pulumi.CustomResourceOptions;
}

class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>;
  declare readonly echo: pulumi.Output<string>;
  constructor(name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("memory:index/thing:Thing", name, { value: undefined, ...props, echo: undefined }, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("testing:index:Group", name, {}, opts);
    this.registerOutputs({ called: name });
  }
}

const config = new pulumi.Config();
const made = new Map<string, pulumi.Resource>();

/** "${a.echo}" stands for an output of a resource made before; "secret:x" for a secret. */
function resolve(value: unknown): unknown {
  const reference = typeof value === "string" ? /^\$\{(.+)\.(.+)\}$/.exec(value) : null;
  if (reference)
    return (made.get(reference[1]!) as unknown as Record<string, unknown>)[reference[2]!];
  if (typeof value === "string" && value.startsWith("secret:"))
    return pulumi.secret(value.slice("secret:".length));
  return value;
}

for (const d of config.getObject<Declared[]>("resources") ?? []) {
  const opts: pulumi.CustomResourceOptions = {
    ...d.options,
    ...(d.parent ? { parent: made.get(d.parent)! } : {}),
    ...(d.dependsOn ? { dependsOn: d.dependsOn.map((n) => made.get(n)!) } : {}),
    ...(d.aliases ? { aliases: d.aliases } : {}),
  };
  const props = Object.fromEntries(Object.entries(d.props ?? {}).map(([k, v]) => [k, resolve(v)]));
  made.set(
    d.name,
    d.kind === "component" ? new Group(d.name, opts) : new Thing(d.name, props, opts),
  );
}
if (config.getBoolean("throws")) throw new Error("the program gave up");
if (config.get("speaks")) console.log(config.get("speaks"));

const outputs: Record<string, unknown> = {};
for (const [name, resource] of made) if (resource instanceof Thing) outputs[name] = resource.echo;
outputs["password"] = config.getSecret("password");
export default outputs;
