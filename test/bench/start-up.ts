import { run } from "../../commands/support/process.ts";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { timed, type Figure } from "./figures.ts";

/** Everything of a container that decides how it runs, as the engine's own API has it. */
interface Recipe {
  readonly name: string;
  readonly body: object;
  readonly image: string;
  readonly files: Buffer;
}

/**
 * `up` from nothing to ready, against the same containers started by a plain script that has everything ready-made:
 * certificates, files, images. What is left between the two is what the deployment costs.
 */
export async function startUp(deployment: Deployment): Promise<Figure[]> {
  const { seconds: deployed } = await timed(() => deployment.up());
  const recipes = await readRecipes(deployment.prefix);
  await deployment.destroy();
  const network = `${deployment.prefix}-network`;
  const { seconds: scripted } = await timed(async () => {
    await docker("network", "create", network);
    await Promise.all(recipes.map(startPlainly));
    await docker("wait", `${deployment.prefix}-init`);
  });
  await removePlainly(recipes, network);
  return [
    { what: "up, from nothing to ready", value: `${deployed.toFixed(1)} s` },
    { what: "the same containers by a plain script", value: `${scripted.toFixed(1)} s` },
    { what: "ratio", value: (deployed / scripted).toFixed(2), goal: "at most 1.3" },
  ];
}

async function readRecipes(prefix: string): Promise<Recipe[]> {
  const names = (await leftovers(prefix))
    .filter((line) => line.startsWith("container "))
    .map((line) => line.slice("container ".length));
  const described = JSON.parse(await docker("inspect", ...names)) as any[];
  return Promise.all(
    described.map(async ({ Name, Config, HostConfig, NetworkSettings }) => {
      const name = String(Name).slice(1);
      const [network, endpoint] = Object.entries(NetworkSettings.Networks)[0] as [string, any];
      return {
        name,
        body: {
          ...Config,
          HostConfig,
          NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: endpoint.Aliases } } },
        },
        image: Config.Image,
        files: await copyOut(name),
      };
    }),
  );
}

async function startPlainly({ name, image, body, files }: Recipe): Promise<void> {
  // The service sees its files read-only, so they are put in through a container that is never started.
  const carrier = `${name}-carrier`;
  const mount = { Image: image, HostConfig: { Binds: [`${name}-config:/etc/synfleet`] } };
  await create(carrier, mount);
  await engine("PUT", `/containers/${carrier}/archive?path=/etc`, files, "application/x-tar");
  await engine("DELETE", `/containers/${carrier}`);
  await create(name, body);
  await engine("POST", `/containers/${name}/start`);
}

async function create(name: string, body: object): Promise<void> {
  await engine("POST", `/containers/create?name=${name}`, JSON.stringify(body), "application/json");
}

async function removePlainly(recipes: readonly Recipe[], network: string): Promise<void> {
  await docker("rm", "--force", "--volumes", ...recipes.map(({ name }) => name));
  await docker("network", "rm", network);
  const prefix = network.slice(0, -"-network".length);
  const { stdout } = await run("docker", ["volume", "ls", "--quiet", "--filter", `name=${prefix}`]);
  const volumes = stdout.split("\n").filter((line) => line !== "");
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}

async function copyOut(name: string): Promise<Buffer> {
  return engine("GET", `/containers/${name}/archive?path=/etc/synfleet`);
}

async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new Error(`docker ${args[0]} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The engine's API by its socket: what `docker` itself uses, without starting a process for each call. */
async function engine(
  method: string,
  path: string,
  body?: string | Buffer,
  type?: string,
): Promise<Buffer> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: "/var/run/docker.sock",
        method,
        path,
        ...(type && { headers: { "content-type": type } }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const answer = Buffer.concat(chunks);
          if ((response.statusCode ?? 500) < 400) resolve(answer);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.toString()}`));
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
