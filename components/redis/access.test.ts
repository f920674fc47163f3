import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { machinePassword, redisUsers, sentinelUsers, serverUsers } from "./access.ts";

const passwords = {
  application: "it's a long one",
  replica: "replica-pass",
  sentinel: "sentinel-pass",
  monitor: "monitor-pass",
  check: "check-password",
};
const lines = (text: string) => text.trimEnd().split("\n");

describe("users of a server", () => {
  const text = serverUsers({ passwords });

  test("are the five, and nobody without a name", () => {
    expect(lines(text).map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "user default off",
      ...redisUsers.map((user) => `user ${user} on`),
    ]);
  });

  test("have their passwords by hash alone", () => {
    for (const user of redisUsers) {
      expect(text).not.toContain(passwords[user]);
      expect(text).toContain(`#${createHash("sha256").update(passwords[user]).digest("hex")}`);
    }
  });

  test("see data as the application alone", () => {
    for (const line of lines(text).slice(1))
      expect(line.includes(" ~")).toBe(line.startsWith("user application"));
  });

  test("give the application what else it was allowed", () => {
    const allowed = serverUsers({ passwords, allowedCommands: ["keys", "client|list"] });
    expect(lines(allowed)[1]).toMatch(/-@admin -@dangerous \+info \+keys \+client\|list$/);
  });

  test.each(["config|set", "Keys", "+keys", "acl|load", "keys -@all", "~*"])(
    "never %s",
    (command) => {
      expect(() => serverUsers({ passwords, allowedCommands: [command] })).toThrow(
        `allowedCommands has ${JSON.stringify(command)}. Allowed`,
      );
    },
  );

  test("refuse a short password without showing it", () => {
    expect(() => serverUsers({ passwords: { ...passwords, check: "short" } })).toThrow(
      "passwords.check is shorter than 8 characters. Allowed: 8 or more.",
    );
  });
});

test("a Sentinel knows no application", () => {
  expect(lines(sentinelUsers(passwords)).map((line) => line.split(" ")[1])).toEqual([
    "default",
    "replica",
    "sentinel",
    "monitor",
  ]);
});

test.each(["with space", "quo'te-quote", "line\nbreak", "short"])(
  "a machine's password is not %j",
  (password) => {
    expect(() => machinePassword("replica", password)).toThrow(/^passwords\.replica is too short/);
  },
);
