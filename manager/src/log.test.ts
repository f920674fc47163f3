import { expect, test } from "vitest";
import { createLog, errorText } from "./log.ts";

test("writes one JSON line from the lowest level on", () => {
  const lines: string[] = [];
  const log = createLog(
    () => "info",
    (line) => lines.push(line),
    () => new Date(0),
  );
  log("debug", "no");
  log("warn", "peer", { peer: "postgres2" });
  expect(lines).toEqual([
    `{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"peer","peer":"postgres2"}\n`,
  ]);
});

test("errorText finds a text in every error", () => {
  expect(errorText(new AggregateError([new Error("refused")], ""))).toBe("refused");
  expect(errorText(Object.assign(new Error(""), { code: "ECONNREFUSED" }))).toBe("ECONNREFUSED");
  expect(errorText("plain")).toBe("plain");
});
