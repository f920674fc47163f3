import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles the ClusterManager into one file for the Node.js 20 of the image.
 * CommonJS, because the file stands alone in the image, without a package.json that would make it a module.
 */
export async function bundleManager(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(here, "src/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["pg-native"],
    legalComments: "none",
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outfile = process.argv[2];
  if (outfile === undefined) throw new Error("usage: node manager/build.ts OUTFILE");
  await bundleManager(outfile);
}
