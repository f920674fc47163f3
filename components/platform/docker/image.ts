import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { extname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { registryHost, registryReference } from "./registry.ts";
import { useClient } from "./scripts.ts";

export interface ImageArgs {
  /** Stage of `images/Dockerfile`. */
  readonly stage: string;
  /** The reference that the build gives it, which names its inputs by their hash. */
  readonly tag: string;
  readonly engine: pulumi.Input<string>;
  /** Environment in which Docker's client finds that engine. */
  readonly client: Readonly<Record<string, string>>;
  /** Where all hosts have it from. @default each builds its own */
  readonly registry?: { readonly address: string; readonly from: ImageOrigin } | undefined;
}

/** The first of a program's engines that has use for an image builds it and keeps it in the registry; the others wait for that. */
export type ImageOrigin = "build" | "registry";

const isThere = `docker image inspect "$TAG" >/dev/null 2>&1`;

/** Docker's client sends the login that this machine has; hosts keep none. An image that is there stays what it is. */
const scripts: Readonly<Record<ImageOrigin, (build: string) => string>> = {
  build: (build) => `set -eu
if docker pull --quiet "$REMOTE" >/dev/null 2>&1; then
  ${isThere} || docker tag "$REMOTE" "$TAG"
else
  ${isThere} || ${build}
  docker tag "$TAG" "$REMOTE"
  docker push --quiet "$REMOTE" >/dev/null || {
    echo "imageRegistry: $DOCKER_HOST cannot keep $REMOTE there, see above; allowed: a registry that it reaches, trusts and may write to. Run docker login $REGISTRY on this machine, or set imageRegistry.caCertificate." >&2
    exit 1
  }
fi`,
  registry: () => `set -eu
${isThere} && exit 0
docker pull --quiet "$REMOTE" >/dev/null || {
  echo "imageRegistry: $DOCKER_HOST cannot take $REMOTE from there, see above; allowed: a registry that every host reaches and trusts. Run docker login $REGISTRY on this machine, or set imageRegistry.caCertificate." >&2
  exit 1
}
docker tag "$REMOTE" "$TAG"`,
};

/**
 * One of Synfleet's own images on one Docker Engine, built where it is used or taken from a registry. It has the same name in both cases, so
 * that containers do not change with where it comes from. Images outlive the deployment, since other
 * deployments of the same version use them too.
 */
export class Image extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:platform:Image";

  readonly tag: string;

  constructor(name: string, args: ImageArgs, options: pulumi.ComponentResourceOptions) {
    const { client, registry, ...inputs } = args;
    const first = Object.keys(client).length > 0 ? useClient : "";
    super(Image.__pulumiType, name, inputs, options);
    // Relative, so that the same deployment from another folder of the machine is no change.
    const builder = relative(
      process.cwd(),
      fileURLToPath(new URL(`../../../images/build${extname(import.meta.url)}`, import.meta.url)),
    );
    const build = `node ${builder} ${args.stage}`;
    new command.local.Command(
      `${name}-build`,
      {
        // An image that is there costs a look, and not the start of a builder.
        create: `${first}${registry ? scripts[registry.from](build) : `${isThere} || ${build}`}`,
        delete: "true",
        environment: {
          ...client,
          ...(registry && {
            REMOTE: registryReference(registry.address, args.stage, args.tag),
            REGISTRY: registryHost(registry.address),
          }),
          DOCKER_HOST: args.engine,
          TAG: args.tag,
        },
      },
      { parent: this },
    );
    this.tag = args.tag;
    this.registerOutputs({ tag: args.tag });
  }
}
