import { expect, test } from "vitest";
import { parseSettings } from "./config.ts";

const good = {
  instance: "app1",
  mode: "write",
  database: { host: "balancer", port: 5002, user: "synaxic", name: "synaxic" },
  cache: { host: "balancer", port: 6380, user: "app" },
};
const parse = (change: object) => parseSettings(JSON.stringify({ ...good, ...change }), "app.json");

test("what is left out has its default", () => {
  expect(parse({})).toMatchObject({ port: 8080, retrySeconds: 10, database: { connections: 10 } });
});

test("faults are told all at once, with key and value", () => {
  expect(() => parse({ mode: "both", port: 0, cache: { host: "a" } })).toThrow(
    /app\.json has 4 fault\(s\):\n {2}mode: got "both".*\n {2}port: got 0.*\n {2}cache.port: got nothing/,
  );
  expect(() => parse({ password: "x" })).toThrow(/password/);
  expect(() => parseSettings("{", "app.json")).toThrow("app.json is not JSON");
});
