/**
 * Figures of many hosts, for docs/benchmarks.md: `npm run bench:platforms` previews on hosts that are not there, `npm run bench:platforms -- lost`
 * loses servers of a lab. SYNFLEET_ROUNDS is how often each is lost, 3 if it is not set.
 */
import { loadavg } from "node:os";
import { asMarkdown } from "./failover/rounds.ts";
import { ofSynapseDB, ofSynaxic } from "./platforms/lost.ts";
import { previews } from "./platforms/preview.ts";

const rounds = Number(process.env["SYNFLEET_ROUNDS"] ?? 3);
const load = () => loadavg()[0]!.toFixed(1);

async function lost(): Promise<void> {
  for (const measure of [ofSynapseDB, ofSynaxic]) {
    const atStart = load();
    const rows = await measure(rounds);
    console.log(`\nload ${atStart} before and ${load()} at the end\n\n${asMarkdown(rows)}`);
  }
}

await (process.argv[2] === "lost" ? lost() : previews());
