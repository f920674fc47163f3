/** What a preview costs with many hosts, none of which is real. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Deployment } from "../../support/deployment.ts";
import { timed } from "../figures.ts";

/** Members are on that many of the hosts; the others are prepared and watched, and have room. */
const cases = [
  { hosts: 3, members: 3 },
  { hosts: 100, members: 3 },
  { hosts: 1000, members: 3 },
  { hosts: 20, members: 20 },
  { hosts: 100, members: 100 },
];

/** Stands for the program that reaches a host, and answers as one that is fit and has nothing on it. Machines differ by their address. */
const ssh = `#!/bin/sh
for word; do case $word in 10.*) address=$word ;; esac; done
echo ready
read -r _
echo "clock $(date +%s%3N)"
echo "machine $address"
echo "memory 4096"
echo "engine 26.1.5"
echo "free 40000"
`;

export async function previews(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-ssh-"));
  try {
    await writeFile(join(folder, "ssh"), ssh);
    await chmod(join(folder, "ssh"), 0o755);
    // One after the other as they come: the largest take minutes.
    for (const one of cases) await report(one, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function report({ hosts, members }: (typeof cases)[number], folder: string): Promise<void> {
  const { seconds, resources } = await preview(hosts, members, folder);
  const each = `${((seconds * 1000) / resources).toFixed(1)} ms a resource`;
  console.log(
    `${hosts} hosts, ${members} members, ${resources} resources: ${seconds.toFixed(1)} s, ${each}`,
  );
}

/** Of Synaxic on a fleet that is not there yet. */
async function preview(hostCount: number, memberCount: number, folder: string) {
  const hosts = Array.from({ length: hostCount }, (_, index) => ({
    name: `host${index + 1}`,
    address: `10.0.${index >> 8}.${index & 255}`,
    ssh: {},
  }));
  const members = hosts.slice(0, memberCount).map(({ name: host }, index) => ({
    name: index === 0 ? "main" : `replica${index}`,
    host,
  }));
  const settings = { topology: "several-hosts", hosts, prepareHosts: true, members };
  const deployment = await Deployment.create({ system: "synaxic", ...settings });
  try {
    const words = ["preview", "--stack", deployment.stack, "--json"];
    const env = { PATH: [folder, process.env["PATH"]].join(delimiter) };
    const { seconds, result } = await timed(() => deployment.engine(words, env));
    if (result.code !== 0) throw new Error(`preview: ${result.stdout}${result.stderr}`);
    const { changeSummary } = JSON.parse(result.stdout) as { changeSummary: { create: number } };
    return { seconds, resources: changeSummary.create };
  } finally {
    await deployment.forget();
  }
}
