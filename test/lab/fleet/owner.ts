/** Whose the lab's objects are. A lab whose process died without a word is removed by the next one. */
import { readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { must, run } from "../process.ts";

const label = "org.synfleet.lab";
const ownerLabel = `${label}.owner`;
const folderLabel = `${label}.folder`;

/** Of a fleet that a person started: it outlives the command, until it is taken down by one. */
export const kept = "kept";

export function labels(lab: string, owner: string, folder: string): string[] {
  return [`${label}=${lab}`, `${ownerLabel}=${owner}`, `${folderLabel}=${folder}`].flatMap(
    (text) => ["--label", text],
  );
}

/** A process by what no other has at any time: an id comes again, with another start. */
export async function owner(pid = process.pid): Promise<string> {
  return `${hostname()}/${pid}/${await startOf(pid)}`;
}

/** In ticks since the machine started; undefined where there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in brackets, may hold anything.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** Another machine's processes are not seen from here, so theirs stay. */
export async function isDead(of: string): Promise<boolean> {
  const [machine, pid, start] = of.split("/");
  if (of === kept || machine !== hostname()) return false;
  return (await startOf(Number(pid))) !== start;
}

const kinds = ["container", "network", "volume"] as const;

/** Every lab that has an object here, with its owner and its folder of keys. */
export async function labs(): Promise<{ name: string; owner: string; folder: string }[]> {
  const found = new Map<string, { name: string; owner: string; folder: string }>();
  const format = `{{.Label "${label}"}}\t{{.Label "${ownerLabel}"}}\t{{.Label "${folderLabel}"}}`;
  for (const kind of kinds) {
    const all = kind === "container" ? ["--all"] : [];
    const words = ["docker", kind, "ls", ...all, "--filter", `label=${label}`];
    for (const line of (await must([...words, "--format", format])).split("\n")) {
      const [name = "", of = "", folder = ""] = line.split("\t");
      if (name) found.set(name, { name, owner: of, folder });
    }
  }
  return [...found.values()];
}

/** All of one lab, in the order in which nothing is in use any more. */
export async function removeLab(name: string): Promise<void> {
  for (const kind of kinds) {
    const all = kind === "container" ? ["--all"] : [];
    const filter = ["--filter", `label=${label}=${name}`];
    const found = await must(["docker", kind, "ls", ...all, ...filter, "--quiet"]);
    if (!found) continue;
    const force = kind === "container" ? ["--force", "--volumes"] : [];
    await must(["docker", kind, "rm", ...force, ...found.split("\n")]);
  }
}

/** Those whose process ended without removing them. */
export async function removeDeadLabs(): Promise<void> {
  for (const { name, owner, folder } of await labs()) {
    if (!(await isDead(owner))) continue;
    // Two that start at once may both remove it: what the other was first with is gone all the same.
    await removeLab(name).catch(async () => {
      if ((await labs()).some((lab) => lab.name === name)) await removeLab(name);
    });
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}

/** Whether an object of this kind is there. */
export async function exists(kind: (typeof kinds)[number], name: string): Promise<boolean> {
  return (await run(["docker", kind, "inspect", name])).code === 0;
}
