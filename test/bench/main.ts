/** Every figure of docs/benchmarks.md, from one run on real containers: `npm run bench`. */
import { table } from "../../commands/support/table.ts";
import { Deployment } from "../support/deployment.ts";
import { balancer } from "./balancer.ts";
import type { Figure } from "./figures.ts";
import { lag } from "./lag.ts";
import { noChange } from "./no-change.ts";
import { startUp } from "./start-up.ts";

const deployment = await Deployment.create();
try {
  report("Start-up", await startUp(deployment));
  await deployment.up();
  report("No change", await noChange(deployment));
  const outputs = await deployment.outputs();
  report("Replication", await lag(outputs));
  report("Balancer", await balancer(deployment, outputs));
} finally {
  await deployment.remove();
}

function report(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  console.log(table(figures.map(({ what, value, goal }) => [`  ${what}`, value, goal ?? ""])));
}
