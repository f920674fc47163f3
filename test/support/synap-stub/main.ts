/**
 * A stand-in for the Synap server, where that cannot be had. It speaks the routes that the deployment and its tests use,
 * and has the published server's faults, each of which one measure of the deployment answers:
 *
 * - a replica takes writes, and says that it is healthy while its link is down;
 * - the replication port asks nobody who he is, and `master_address` takes IP addresses alone;
 * - offsets are forgotten at a restart: a replica that stayed goes on with the old one and misses what comes, one that
 *   comes anew gets only what was written since;
 * - a replica does not log what it is sent;
 * - the log is written behind what a crash left of its last entry, and only its first whole entries are read;
 * - a write that the log has no room for is answered as one that is kept;
 * - `fsync_mode: periodic` loses what was acknowledged; POST /snapshot says yes and may write nothing;
 * - append logs an empty value; keys for users are forgotten at a restart; every password costs a wait.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { listen } from "./http.ts";
import { Log } from "./log.ts";
import { lead, replicate, type Link } from "./replication.ts";
import { Store } from "./store.ts";

export interface Configuration {
  readonly server: { readonly host: string; readonly port: number };
  readonly persistence: { readonly wal: { readonly path: string; readonly fsync_mode: string } };
  readonly auth: { readonly root: { readonly username: string; readonly password: string } };
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--health-check")) {
    const { ok } = await fetch(
      `http://${process.env["SYNAP_HEALTH_ADDR"] ?? "127.0.0.1:15500"}/health`,
    );
    if (!ok) throw new Error("not healthy");
    return;
  }
  const option = (name: string) => args[args.indexOf(name) + 1];
  const file = option("--config")!;
  if (!existsSync(file)) throw new Error(`no ${file}`);
  const configuration = parse(readFileSync(file, "utf8")) as Configuration;
  for (const section of ["server", "kv_store", "queue", "logging", "protocols", "rate_limit"])
    if (!(section in configuration)) throw new Error(`missing field \`${section}\``);
  const store = new Store();
  const { path, fsync_mode: mode } = configuration.persistence.wal;
  const log = new Log(path, mode, (operation) => store.apply(operation));
  const role = args.includes("--role") ? option("--role")! : "standalone";
  let link: Link = { info: () => ({ role: "master" }), sent: () => undefined };
  if (role === "master") link = lead(option("--replica-listen")!, store);
  if (role === "replica") link = replicate(option("--master-address")!, store);
  await sleep(100);
  listen(configuration, store, log, link);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
