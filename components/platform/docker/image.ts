import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { extname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { useClient } from "./scripts.ts";

export interface ImageArgs {
  /** Stage of `images/Dockerfile`. */
  readonly stage: string;
  /** The reference that the build gives it, which names its inputs by their hash. */
  readonly tag: string;
  readonly engine: pulumi.Input<string>;
  /** Environment in which Docker's client finds that engine. */
  readonly client: Readonly<Record<string, string>>;
}

/**
 * One of Synfleet's own images on one Docker Engine, built where it is used. Images outlive the deployment, since other
 * deployments of the same version use them too.
 */
export class Image extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:platform:Image";

  readonly tag: string;

  constructor(name: string, args: ImageArgs, options: pulumi.ComponentResourceOptions) {
    const { client, ...inputs } = args;
    const first = Object.keys(client).length > 0 ? useClient : "";
    super(Image.__pulumiType, name, inputs, options);
    // Relative, so that the same deployment from another folder of the machine is no change.
    const builder = relative(
      process.cwd(),
      fileURLToPath(new URL(`../../../images/build${extname(import.meta.url)}`, import.meta.url)),
    );
    new command.local.Command(
      `${name}-build`,
      {
        // An image that is there costs a look, and not the start of a builder.
        create: `${first}docker image inspect "$TAG" >/dev/null 2>&1 || node ${builder} ${args.stage}`,
        delete: "true",
        environment: { ...client, DOCKER_HOST: args.engine, TAG: args.tag },
      },
      { parent: this },
    );
    this.tag = args.tag;
    this.registerOutputs({ tag: args.tag });
  }
}
