/**
 * Images for the engines of a lab's hosts. Each is unpacked once, by an engine as the hosts have it, into a volume that every host
 * has read-only. What a host copies is a few files of metadata, so that its images are there when it starts.
 */
import { spawn } from "node:child_process";
import { until } from "../../support/until.ts";
import { must, run } from "../process.ts";
import { rights } from "./rights.ts";

const label = "org.synfleet.lab.shelf";

export interface Shelved {
  readonly tag: string;
  readonly volume: string;
}

/** Sees that the images are on the shelf. They are taken from the machine's own daemon. */
export async function shelve(engine: string, tags: readonly string[]): Promise<Shelved[]> {
  const shelved: Shelved[] = [];
  for (const tag of new Set(tags)) {
    const id = await identity(tag);
    const volume = `synfleet-lab-image-${id}`;
    if (!(await isThere(volume))) {
      await removeUnknown();
      await unpack(engine, tag, volume, id);
    }
    shelved.push({ tag, volume });
  }
  return shelved;
}

async function identity(tag: string): Promise<string> {
  const id = await must(["docker", "image", "inspect", "--format", "{{.Id}}", tag]);
  return id.replace("sha256:", "").slice(0, 12);
}

/**
 * The container that unpacked it, with its exit code, is what tells a whole volume from half a one; its name is the lock.
 * Who finds another at it waits for that one.
 */
async function isThere(volume: string): Promise<boolean> {
  const state = () =>
    run(["docker", "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", volume]);
  // One that was made is about to start, unless who made it has died since.
  const ended = await until(
    `the shelf's ${volume} is unpacked`,
    async () => {
      const { code, stdout } = await state();
      if (code !== 0) return "absent";
      if (stdout.startsWith("running")) await run(["docker", "wait", volume]);
      return /^(created|running)/.test(stdout) ? undefined : stdout.trim();
    },
    { seconds: 120 },
  ).catch(() => "stuck");
  if (ended === "exited 0") return true;
  if (ended !== "absent") await run(["docker", "rm", "--force", volume]);
  return false;
}

async function unpack(engine: string, tag: string, volume: string, id: string): Promise<void> {
  const save = spawn("docker", ["save", tag], { stdio: ["ignore", "pipe", "pipe"] });
  const words = [
    ...["run", "--interactive", "--name", volume, "--label", `${label}=${id}`, "--network", "none"],
    ...[...rights, "--volume", `${volume}:/var/lib/docker`, engine, "/usr/local/bin/shelve"],
  ];
  const load = spawn("docker", words, { stdio: ["pipe", "ignore", "pipe"] });
  save.stdout.pipe(load.stdin.on("error", () => undefined));
  // Who no longer reads would leave the other writing for ever.
  load.once("close", () => save.stdout.destroy());
  let told = "";
  for (const { stderr } of [save, load])
    stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
  const codes = await Promise.all(
    [save, load].map(
      (child) =>
        new Promise<number>((resolve, reject) => {
          child.once("error", reject).once("close", (code) => resolve(code ?? -1));
        }),
    ),
  );
  if (codes.every((code) => code === 0)) return;
  // The name was taken by one who was faster: what counts is what that one ends with.
  if (/is already in use by container/.test(told) && (await isThere(volume))) return;
  throw new Error(`${tag}: it could not be put on the lab's shelf: ${told.trim().slice(-2000)}`);
}

/** What the machine itself has no more. */
async function removeUnknown(): Promise<void> {
  const here = await must(["docker", "image", "ls", "--quiet", "--no-trunc"]);
  await takeDown((id) => !here.includes(`sha256:${id}`));
}

/** Empties the shelf. What a host has in use stays. */
export async function clearShelf(): Promise<void> {
  await takeDown(() => true);
}

async function takeDown(which: (id: string) => boolean): Promise<void> {
  const words = ["docker", "container", "ls", "--all", "--filter", `label=${label}`];
  const list = await must([...words, "--format", `{{.Names}}\t{{.Label "${label}"}}\t{{.State}}`]);
  for (const line of list.split("\n")) {
    const [name = "", id = "", state] = line.split("\t");
    if (!name || state === "running" || !which(id)) continue;
    const users = await must(["docker", "ps", "--all", "--quiet", "--filter", `volume=${name}`]);
    if (users.split("\n").length > 1) continue;
    await run(["docker", "rm", name]);
    await run(["docker", "volume", "rm", name]);
  }
}
