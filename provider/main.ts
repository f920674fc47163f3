/** The plugin: an engine starts it by `pulumi-resource-synfleet-hosts`, and speaks to it. */
import { main } from "@pulumi/pulumi/provider/index.js";
import { SynfleetProvider } from "./provider.ts";

await main(new SynfleetProvider("0.1.0"), process.argv.slice(2));
