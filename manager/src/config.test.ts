import { describe, expect, test } from "vitest";
import { ConfigError, fingerprint, parseConfig, splitMembers } from "./config.ts";
import { rawConfig, testConfig } from "./testing/fixtures.ts";

const parse = (change: Record<string, unknown>) => () =>
  parseConfig(JSON.stringify({ ...rawConfig(), ...change }), "manager.json");

describe("parseConfig", () => {
  test("fills in defaults", () => {
    const config = testConfig();
    expect(config.pollMilliseconds).toBe(1000);
    expect(config.admission.absentAfterSeconds).toBe(15);
  });

  test.each([
    ["text", { logLevel: "loud" }, `logLevel: got "loud", allowed: debug, info, warn, error`],
    ["range", { listen: { port: 70_000 } }, "listen.port: got 70000, allowed: at most 65535"],
    ["type", { pollMilliseconds: "1" }, `pollMilliseconds: got "1", allowed: a value of type`],
    ["missing", { tokenFile: undefined }, "tokenFile: got nothing, allowed: a value of type"],
    ["unknown key", { tokenfile: "x" }, `(whole file): unknown key "tokenfile"; remove it`],
    ["no such member", { serves: "pg9" }, `serves: got "pg9", allowed: one of postgres1, postgre`],
    [
      "flapping limits",
      { admission: { openBelowSeconds: 30 } },
      "admission.openBelowSeconds: got 30, allowed: less than closeAboveSeconds (30)",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(parse(change)).toThrow(message);
  });

  test("refuses two members of one name or number", () => {
    const members = rawConfig()["members"] as Record<string, unknown>[];
    expect(parse({ members: [members[0], members[0]] })).toThrow(
      /members\.1\.name: got "postgres1"[^]*members\.1\.number: got 1/,
    );
  });

  test("tells all faults at once and names the file", () => {
    expect(parse({ logLevel: "loud", cluster: "" })).toThrow(/^manager.json has 2 fault\(s\)/);
    expect(() => parseConfig("{", "manager.json")).toThrow(ConfigError);
  });
});

test("splitMembers refuses to serve nobody", () => {
  const { own, peers } = splitMembers(testConfig());
  expect([own.name, peers.map((peer) => peer.name)]).toEqual([
    "postgres1",
    ["postgres2", "postgres3"],
  ]);
  expect(() => splitMembers(testConfig({ serves: null }))).toThrow("serves: got null");
});

test("the fingerprint tells where one part ends", () => {
  expect(fingerprint(["ab", "c"])).not.toBe(fingerprint(["a", "bc"]));
  expect(fingerprint(["ab", "c"])).toMatch(/^[0-9a-f]{12}$/);
});
