/**
 * What a system costs while nobody uses it, of all processors of the machine: `npm run bench -- idle`, or `npm run bench -- idle kubernetes` for Synaxic on the
 * cluster of the kubeconfig, which is on this machine. What the machine did before is taken off.
 */
import { readFile } from "node:fs/promises";
import { table } from "../../commands/support/table.ts";
import type { SystemName } from "../../settings/schema.ts";
import { Deployment } from "../support/deployment.ts";

const SECONDS = 60;
/** As Linux counts processor time for programs, whatever the clock of the machine is. */
const TICKS_PER_SECOND = 100;

interface Counts {
  readonly ticks: number;
  readonly processes: number;
}

/** proc_stat(5): user, nice, system, (idle, iowait,) irq, softirq, steal. */
async function counts(): Promise<Counts> {
  const text = await readFile("/proc/stat", "utf8");
  const [user, nice, system, , , irq, soft, steal] = /^cpu +(.*)$/m
    .exec(text)![1]!
    .split(" ")
    .map(Number) as [number, number, number, number, number, number, number, number];
  const ticks = user + nice + system + irq + soft + steal;
  return { ticks, processes: Number(/^processes (\d+)$/m.exec(text)![1]) };
}

/** In a second: share of one processor, and processes begun. */
async function cost(): Promise<Counts> {
  const before = await counts();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const after = await counts();
  return {
    ticks: (after.ticks - before.ticks) / SECONDS / TICKS_PER_SECOND,
    processes: (after.processes - before.processes) / SECONDS,
  };
}

async function onDocker(system: SystemName) {
  const deployment = await Deployment.create({ system });
  return { up: () => deployment.up(), remove: () => deployment.remove() };
}

async function onKubernetes() {
  const cluster = await (await import("../kubernetes/stack.ts")).synaxicOnOneNode();
  return { up: () => cluster.deployment.up(), remove: () => cluster.remove() };
}

const kubernetes = process.argv[2] === "kubernetes";
for (const system of kubernetes ? (["synaxic"] as const) : (["synapsedb", "synaxic"] as const)) {
  const before = await cost();
  const site = kubernetes ? await onKubernetes() : await onDocker(system);
  try {
    await site.up();
    const after = await cost();
    const share = (after.ticks - before.ticks).toFixed(2);
    const begun = Math.round(after.processes - before.processes);
    const of = `${system}${kubernetes ? " on Kubernetes" : ""} while nobody uses it`;
    console.log(
      table([
        [`  ${of}`, `${share} of one processor`],
        ["  processes begun in a second", String(begun)],
      ]),
    );
  } finally {
    await site.remove();
  }
}
