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
const onKubernetes = process.argv[2] === "kubernetes";
const rows = onKubernetes
  ? await (await import("./failover/kubernetes.ts")).measured(rounds)
  : await onDocker();
const words = onKubernetes ? "failover kubernetes" : "failover";
const command = `${process.env["SYNFLEET_ROUNDS"] ? `SYNFLEET_ROUNDS=${rounds} ` : ""}npm run bench -- ${words}`;
const machine = `${cpus().length} processors, ${Math.round(totalmem() / 1024 ** 3)} GiB`;
console.log(`\`${command}\`, ${machine}, load ${atStart} before and ${load()} at the end:\n`);
console.log(asMarkdown(rows));

async function onDocker() {
  const deployment = await Deployment.create({ system: "synaxic", postgres: { failover: "fast" } });
  try {
    await deployment.up();
    const site = new Site(deployment, new Containers(deployment), await deployment.outputs());
    return [
      ...(await postgres(site, rounds)),
      ...(await redis(site, rounds)),
      ...(await newReplica(site)),
    ];
  } finally {
    await deployment.remove();
  }
}
