import { describe, expect, test } from "vitest";
import { daemonJson, sysctlText } from "./conf.ts";

describe("Docker's settings on a host", () => {
  test("bound its logs, and keep containers over its restart", () => {
    expect(JSON.parse(daemonJson({ swarm: false }))).toEqual({
      "live-restore": true,
      "log-driver": "json-file",
      "log-opts": { "max-file": "3", "max-size": "10m" },
    });
  });

  test("have what a Swarm allows", () => {
    const addressPool = { base: "10.200.0.0/16", size: 24 };
    expect(JSON.parse(daemonJson({ swarm: true, logMiB: 50, addressPool }))).toEqual({
      "default-address-pools": [addressPool],
      "log-driver": "json-file",
      "log-opts": { "max-file": "3", "max-size": "50m" },
    });
  });

  test.each([0, 1.5, Number.NaN])("refuse a log of %d MiB", (logMiB) => {
    expect(() => daemonJson({ swarm: false, logMiB })).toThrow(/^logMiB is .*\. Allowed: a whole/);
  });
});

test("a host's kernel settings are lines that sysctl takes, each once", () => {
  const lines = sysctlText.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines) expect(line).toMatch(/^[a-z_]+(\.[a-z_]+)+ = \d+$/);
  const names = lines.map((line) => line.split(" ")[0]);
  expect(new Set(names).size).toBe(names.length);
});
