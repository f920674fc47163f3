/** What happens to a container, and how it is undone. */
import { freeze } from "../../support/freeze.ts";
import type { Bench } from "../images/bench.ts";

export type Fault = "freeze" | "partition" | "kill";
export const faults: readonly Fault[] = ["freeze", "partition", "kill"];

export async function strike(bench: Bench, name: string, fault: Fault): Promise<void> {
  const container = bench.name(name);
  if (fault === "freeze") await freeze(container);
  else if (fault === "kill") await bench.docker("kill", container);
  else await bench.docker("network", "disconnect", bench.prefix, container);
}

export async function heal(bench: Bench, name: string, fault: Fault): Promise<void> {
  const container = bench.name(name);
  if (fault === "freeze") await bench.docker("unpause", container);
  else if (fault === "kill") await bench.docker("start", container);
  else await bench.docker("network", "connect", "--alias", name, bench.prefix, container);
}
