import { loadCase } from "./case.ts";
import { findCli, offline, type Engine } from "./engines.ts";
import { Workspace } from "./workspace.ts";
import { argumentsOf } from "./record.ts";
import { readFileSync, existsSync } from "node:fs";
const [name, which, only] = process.argv.slice(2);
const engine = (which === "cli" ? findCli() : offline) as Engine;
if (typeof engine === "string") throw new Error(engine);
const c = loadCase(name!);
const w = new Workspace(c);
await w.configure({});
let i = 0;
for (const run of c.runs) {
  if (run.config) await w.configure(run.config);
  if (run.before) await w.shell(run.before);
  const r = await w.run(engine, argumentsOf(w, run.run));
  if (only === undefined || only.split(",").includes(String(i))) {
    console.log(`######## ${i} ${run.run} => ${r.code}`);
    console.log(r.stdout);
    if (r.stderr) console.log("--- stderr\n" + r.stderr);
    if (process.env.EVENTS && existsSync(w.eventLog))
      for (const l of readFileSync(w.eventLog, "utf8").trim().split("\n")) {
        const e = JSON.parse(l);
        const k = Object.keys(e).find((k) => /Event$/.test(k))!;
        const m = e[k].metadata;
        console.log(
          k,
          m
            ? [
                m.op,
                m.urn.split("::").pop(),
                m.logical,
                JSON.stringify(m.keys),
                JSON.stringify(m.diffs),
                JSON.stringify(m.detailedDiff),
              ].join(" ")
            : JSON.stringify(e[k]),
        );
      }
    if (process.env.STATE) console.log(readFileSync(w.state, "utf8"));
  }
  i++;
}
w.dispose();
