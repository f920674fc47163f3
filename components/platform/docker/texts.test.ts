import { expect, test } from "vitest";
import type { WorkloadSpec } from "../platform.ts";
import { refuseCompanions } from "./texts.ts";

const spec = {
  alias: "alpha",
  volumes: [{ name: "data", path: "/data" }],
} as unknown as WorkloadSpec;

test("what only a pod can have is refused by name", () => {
  const companion = { name: "fence" } as NonNullable<WorkloadSpec["companions"]>[number];
  expect(() => refuseCompanions({ ...spec, companions: [companion] })).toThrow(
    "alpha: got fence as companions; allowed on Docker: none. Make workloads of them, with a volume that they share.",
  );
  const within = { name: "locks", path: "/locks", within: "data" };
  expect(() => refuseCompanions({ ...spec, volumes: [...spec.volumes, within] })).toThrow(
    "alpha: got locks as companions",
  );
  expect(() => refuseCompanions(spec)).not.toThrow();
});
