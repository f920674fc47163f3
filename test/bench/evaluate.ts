/** Evaluates the program under the SDK's mocks: what a no-change `up` cannot do without. Run as a process of its own. */
import * as pulumi from "@pulumi/pulumi";
import { providerOutputs } from "../support/deploy.ts";

await pulumi.runtime.setMocks({
  newResource: ({ name, type, inputs }) => ({
    id: `${name}-id`,
    state: { ...inputs, ...providerOutputs[type]?.(inputs) },
  }),
  call: ({ inputs }) => inputs,
});
pulumi.runtime.setAllConfig(JSON.parse(process.env["PULUMI_CONFIG"] ?? "{}"));
await import("../../index.ts");
await pulumi.runtime.disconnect();
