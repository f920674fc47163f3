/**
 * How long clients of Synaxic cannot write, and what they lose, as a table for docs/benchmarks.md:
 * `npm run bench -- failover`. Profile `fast`. SYNFLEET_ROUNDS is how often each happens, 10 if it is not set.
 */
import { cpus, loadavg, totalmem } from "node:os";
import { Containers } from "../acceptance/checks/containers.ts";
import { Site } from "../acceptance/checks/synaxic/site.ts";
import { Deployment } from "../support/deployment.ts";
import { newReplica, postgres } from "./failover/postgres.ts";
import { redis } from "./failover/redis.ts";
import { asMarkdown } from "./failover/rounds.ts";

const rounds = Number(process.env["SYNFLEET_ROUNDS"] ?? 10);
const load = () => loadavg()[0]!.toFixed(1);
const atStart = load();
const deployment = await Deployment.create({ system: "synaxic", postgres: { failover: "fast" } });
try {
  await deployment.up();
  const site = new Site(deployment, new Containers(deployment), await deployment.outputs());
  const rows = [
    ...(await postgres(site, rounds)),
    ...(await redis(site, rounds)),
    ...(await newReplica(site)),
  ];
  const command = `${process.env["SYNFLEET_ROUNDS"] ? `SYNFLEET_ROUNDS=${rounds} ` : ""}npm run bench -- failover`;
  const machine = `${cpus().length} processors, ${Math.round(totalmem() / 1024 ** 3)} GiB`;
  console.log(`\`${command}\`, ${machine}, load ${atStart} before and ${load()} at the end:\n`);
  console.log(asMarkdown(rows));
} finally {
  await deployment.remove();
}
