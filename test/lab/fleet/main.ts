/** `node test/lab/fleet/main.ts HOSTS|down|forget`: a fleet by hand. It stays until it is taken down. */
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fleet } from "./fleet.ts";
import { kept, labs, removeDeadLabs, removeLab } from "./owner.ts";
import { clearShelf } from "./shelf.ts";

/** Room for a person's fleets; the addresses of one network allow no more hosts. */
const most = 100;

async function start(hosts: number, isFresh: boolean, images: readonly string[]): Promise<void> {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(cache, "synfleet", "fleet", Date.now().toString(36));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fleet = await Fleet.start({ hosts, docker: !isFresh, images, owner: kept, folder });
  for (const { name, address, address6 } of fleet.hosts)
    console.log(`${name}  ${address}  ${address6}  ssh -F ${fleet.sshConfig} ${name}`);
  console.log(`SSH_CONFIG=${fleet.sshConfig}`);
  console.log("npm run lab -- fleet down removes it, with all that is on its hosts.");
}

async function down(): Promise<void> {
  await removeDeadLabs();
  for (const { name, owner, folder } of await labs()) {
    if (owner !== kept) continue;
    await removeLab(name);
    await rm(folder, { recursive: true, force: true });
    console.log(`removed ${name}`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fresh: { type: "boolean", default: false },
    image: { type: "string", multiple: true, default: [] },
  },
});
const [what = ""] = positionals;
try {
  if (what === "down") await down();
  else if (what === "forget") await clearShelf();
  else if (/^[1-9]\d*$/.test(what) && Number(what) <= most)
    await start(Number(what), values.fresh, values.image);
  else throw new Error(`fleet: got "${what}"; allowed: a number from 1 to ${most}, down, forget.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
