import { TimeoutError } from "@redis/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { passes, pauseMs, retrying } from "./retry.ts";

const coded = (code: string, message = "x") => Object.assign(new Error(message), { code });

describe("an error passes", () => {
  test.each([
    ["cannot execute INSERT in a read-only transaction", coded("25006")],
    ["terminating connection due to administrator command", coded("57P01")],
    ["the database system is starting up", coded("57P03")],
    ["connection exception", coded("08006")],
    ["a refused connection", coded("ECONNREFUSED")],
    ["both addresses refused", new AggregateError([coded("ECONNREFUSED")])],
    ["a cut connection of pg", new Error("Connection terminated unexpectedly")],
    ["pg's time-out", new Error("timeout expired")],
    ["a Redis replica", new Error("READONLY You can't write against a read only replica.")],
    ["a Redis primary that lost its replicas", new Error("NOREPLICAS Not enough good replicas")],
    ["Redis' time-out", new TimeoutError()],
    ["a cut connection of Redis", new Error("Socket closed unexpectedly")],
  ])("when it is %s", (_, error) => expect(passes(error)).toBe(true));

  test.each([
    ["a unique violation", coded("23505")],
    ["a wrong password", coded("28P01")],
    ["a certificate that does not verify", coded("SELF_SIGNED_CERT_IN_CHAIN")],
    ["a name that the certificate lacks", coded("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["Redis' refusal of a user", new Error("NOPERM this user has no permissions")],
    ["no error at all", "timeout expired"],
  ])("not when it is %s", (_, error) => expect(passes(error)).toBe(false));
});

test("pauses grow to a second and never beyond", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const ms = pauseMs(attempt, () => chance);
      expect(ms).toBeGreaterThanOrEqual(25);
      expect(ms).toBeLessThanOrEqual(1000);
    }),
  );
});

describe("retrying", () => {
  const clock = () => {
    let time = 0;
    const sleep = (ms: number) => Promise.resolve(void (time += ms));
    return { now: () => time, sleep, random: () => 1 };
  };

  test("goes on until it succeeds", async () => {
    let left = 3;
    const seen: string[] = [];
    const attempt = () =>
      left-- > 0 ? Promise.reject(coded("25006", "read-only")) : Promise.resolve("done");
    const patience = { seconds: 10, onRetry: (e: Error) => seen.push(e.message), ...clock() };
    await expect(retrying(attempt, patience)).resolves.toBe("done");
    expect(seen).toEqual(["read-only", "read-only", "read-only"]);
  });

  test("ends with the last error when the time is over", async () => {
    const time = clock();
    const attempt = () => Promise.reject(coded("ECONNREFUSED", `at ${time.now()}`));
    await expect(retrying(attempt, { seconds: 1, ...time })).rejects.toThrow("at 750");
  });

  test("does not repeat what would fail again", async () => {
    let count = 0;
    const attempt = () => Promise.reject(coded("23505", `attempt ${++count}`));
    await expect(retrying(attempt, { seconds: 10, ...clock() })).rejects.toThrow("attempt 1");
  });
});
