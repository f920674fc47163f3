import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { buildImage } from "../../../images/build.ts";

/** Runs promtool of the image that is deployed, over files at the paths they have there. */
export async function promtool(files: Record<string, string>, ...args: string[]) {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) {
    archive.entry({ name: `etc/synfleet/${path}` }, content);
  }
  archive.finalize();
  const stdin = await buffer(archive as unknown as AsyncIterable<Buffer>);
  const image = await buildImage("prometheus");
  const script = 'tar -xC / && cd /etc/synfleet && exec promtool "$@"';
  const run = ["run", "--rm", "--interactive", "--user", "0", "--network", "none"];
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn("docker", [
      ...run,
      "--entrypoint",
      "sh",
      image,
      "-c",
      script,
      "sh",
      ...args,
    ]);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
    child.stdin.end(stdin);
  });
}
