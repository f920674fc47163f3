/**
 * Figures of many hosts, for docs/benchmarks.md: `npm run bench:platforms` previews on hosts that are not there, `npm run bench:platforms -- lost`
 * loses servers of a lab, SYNFLEET_ROUNDS times each (3 if it is not set), `npm run bench:platforms -- ready` brings each system up on servers with nothing on them.
 */
import { loadavg } from "node:os";
import { table } from "../../commands/support/table.ts";
import { asMarkdown } from "./failover/rounds.ts";
import { ofSynapseDB, ofSynaxic } from "./platforms/lost.ts";
import { previews } from "./platforms/preview.ts";
import { ready } from "./platforms/ready.ts";

const rounds = Number(process.env["SYNFLEET_ROUNDS"] ?? 3);
const load = () => loadavg()[0]!.toFixed(1);

async function shown(measured: () => Promise<string>): Promise<void> {
  const atStart = load();
  const text = await measured();
  console.log(`\nload ${atStart} before and ${load()} at the end\n\n${text}`);
}

async function lost(): Promise<void> {
  for (const measure of [ofSynapseDB, ofSynaxic])
    await shown(async () => asMarkdown(await measure(rounds)));
}

async function readied(): Promise<void> {
  for (const system of ["synap", "synapsedb", "synaxic"] as const)
    await shown(async () =>
      table((await ready(system)).map(({ what, value }) => [`  ${what}`, value])),
    );
}

const parts: Readonly<Record<string, () => Promise<void>>> = { lost, ready: readied };
await (parts[process.argv[2] ?? ""] ?? previews)();
