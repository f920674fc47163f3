import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Call, PropertyMap } from "../../provider.ts";
import { isEmpty } from "../schema.ts";
import { attempt, messageOf, statusOf } from "./client.ts";
import { blocks, booleanOf, numberOf, strings, textOf } from "./values.ts";

const HEALTH_POLL_MS = 250;

/** Leaves the default bridge, then joins the networks that were asked for: the reference's order, and so its state. */
export async function joinNetworks(docker: Docker, id: string, known: PropertyMap): Promise<void> {
  const networks = blocks(known["networksAdvanced"]);
  if (networks.length === 0) return;
  await docker
    .getNetwork("bridge")
    .disconnect({ Container: id })
    .catch((error: unknown) => {
      if (!/is not connected to/.test(messageOf(error)) && statusOf(error) !== 404) throw error;
    });
  for (const network of networks) {
    const name = textOf(network["name"])!;
    const options = { Container: id, EndpointConfig: endpoint(network) };
    await attempt(`it could not join network ${name}`, docker.getNetwork(name).connect(options));
  }
}

export function endpoint(network: PropertyMap): Docker.EndpointSettings {
  const driverOpts = strings(network["driverOpts"]).map((option): [string, string] => {
    const at = option.indexOf("=");
    return at < 0 ? [option, ""] : [option.slice(0, at), option.slice(at + 1)];
  });
  const gwPriority = numberOf(network["gwPriority"]);
  return {
    Aliases: strings(network["aliases"]),
    IPAMConfig: {
      IPv4Address: textOf(network["ipv4Address"]) ?? "",
      IPv6Address: textOf(network["ipv6Address"]) ?? "",
      LinkLocalIPs: strings(network["linkLocalIps"]),
    },
    ...(textOf(network["macAddress"]) && { MacAddress: textOf(network["macAddress"]) }),
    ...(driverOpts.length > 0 && { DriverOpts: Object.fromEntries(driverOpts) }),
    ...(gwPriority ? { GwPriority: gwPriority } : {}),
  } as Docker.EndpointSettings;
}

export async function upload(container: Docker.Container, known: PropertyMap): Promise<void> {
  const uploads = blocks(known["uploads"]);
  if (isEmpty(uploads)) return;
  const { pack } = await import("tar-stream");
  const archive = pack();
  for (const file of uploads) {
    const mode = parseInt(
      textOf(file["permissions"]) ?? (booleanOf(file["executable"]) ? "744" : "644"),
      8,
    );
    const name = textOf(file["file"])!;
    archive.entry({ name, mode, mtime: new Date() }, await contentOf(file));
  }
  archive.finalize();
  await container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: "/" });
}

async function contentOf(file: PropertyMap): Promise<Buffer> {
  const base64 = textOf(file["contentBase64"]);
  if (base64) return Buffer.from(base64, "base64");
  const source = textOf(file["source"]);
  return source ? readFile(source) : Buffer.from(textOf(file["content"]) ?? "");
}

export async function waitUntilHealthy(
  { signal }: Call,
  container: Docker.Container,
  timeoutSeconds: number,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const { State } = await container.inspect();
    if (State.Health === undefined)
      throw new Error("wait is true but there is no health check; add healthcheck or remove wait");
    if (State.Health.Status === "healthy") return;
    if (!State.Running && !State.Restarting) throw new Error("it ended before it was healthy");
    if (Date.now() > deadline)
      throw new Error(`it was not healthy within waitTimeout (${timeoutSeconds} s)`);
    await sleep(HEALTH_POLL_MS, undefined, { signal });
  }
}

/** Waits for the end of a container that runs once; gives its log when that is wanted. */
export async function waitUntilEnded(
  { signal }: Call,
  container: Docker.Container,
  wantsLogs: boolean,
): Promise<string | undefined> {
  await container.wait({ abortSignal: signal });
  if (!wantsLogs) return undefined;
  const { demultiplex } = await import("./logs.ts");
  return demultiplex(await container.logs({ stdout: true, stderr: true }));
}
