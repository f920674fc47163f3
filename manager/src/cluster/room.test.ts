import { describe, expect, test } from "vitest";
import { closed, kinds, run, watch, withSubscription } from "../testing/decisions.ts";
import { observationOf, statusOf } from "../testing/fixtures.ts";
import { seen, unseen } from "./observation.ts";
import { shortageOf } from "./room.ts";
import type { MemberStatus } from "./status.ts";

const mib = 1_048_576;
const gib = 1024 * mib;
const limits = { closeBelowFreeBytes: 512 * mib };
const room = (free: number, size = 100 * gib) => ({
  room: { free_bytes: free, size_bytes: size },
});
const shortage = (change: Partial<MemberStatus>) =>
  shortageOf("postgres1", statusOf("postgres1", change), limits);

describe("how short of room a member is", () => {
  test.each([
    ["an open member with enough", room(512 * mib), 0],
    ["an open member with less", room(512 * mib - 1), 1],
    ["a closed member needs twice as much", { admitted: false, ...room(gib - 1) }, 1],
    ["and opens then", { admitted: false, ...room(gib) }, 0],
    ["less than a segment of WAL", room(16 * mib - 1), 2],
    ["a small volume: 5 %", room(51 * mib, gib), 1],
    ["a small volume with more", room(52 * mib, gib), 0],
    ["a tiny volume: a segment of WAL", room(16 * mib, 100 * mib), 0],
    ["a write that failed, whatever room there seems to be", { write_error: "x", ...room(gib) }, 2],
    ["a member that does not tell", {}, 0],
  ] as const)("%s", (_, change, level) => {
    expect(shortage(change).level).toBe(level);
  });

  test("is told by the limit that was passed, so that the same words hold while it fills", () => {
    expect(shortage(room(400 * mib)).reason).toBe(
      "the volume of postgres1 is nearly full: less than 512 MiB of 102400 MiB left",
    );
    expect(shortage(room(399 * mib)).reason).toBe(shortage(room(400 * mib)).reason);
    expect(shortage(room(3)).reason).toBe(
      "the volume of postgres1 is full: less than 16 MiB of 102400 MiB left",
    );
  });

  test("a limit of 0 asks for no room", () => {
    const none = { closeBelowFreeBytes: 0 };
    expect(shortageOf("postgres1", statusOf("postgres1", room(0)), none).level).toBe(0);
  });
});

describe("a member without room", () => {
  const at = (own: Partial<MemberStatus>, ...peers: Partial<MemberStatus>[]) =>
    run(
      observationOf({
        own: seen(statusOf("postgres1", own)),
        peers: {
          postgres2: seen(statusOf("postgres2", peers[0])),
          postgres3: seen(statusOf("postgres3", peers[1])),
        },
      }),
    );

  test("closes at the first look, since what it gives its clients is errors", () => {
    const decision = at(room(0), room(gib), room(gib));
    expect(kinds(decision)).toEqual(["withdraw"]);
    expect(decision.verdict.reason).toContain("the volume of postgres1 is full");
  });

  test("closes while one of the others has more, though that is little too", () => {
    expect(at(room(0), room(0), room(100 * mib)).verdict.admitted).toBe(false);
    expect(at(room(100 * mib), room(0), room(0)).verdict.admitted).toBe(true);
  });

  test("stays open when all are as short as it, and says so", () => {
    expect(at(room(0), room(0), room(0)).verdict).toEqual({
      admitted: true,
      reason: expect.stringMatching(/is full.*; open all the same/) as string,
    });
  });

  test("does not count on a member that is closed", () => {
    const away = { admitted: false, ...room(gib) };
    expect(at(room(0), away, away).verdict.admitted).toBe(true);
  });

  describe("that cannot send what it has for that", () => {
    const full = { admitted: false, ...room(0) };
    const silent =
      (peer: Partial<MemberStatus>, change: Partial<MemberStatus> = {}) =>
      () => ({
        own: withSubscription("down", change),
        peers: {
          postgres2: seen(statusOf("postgres2", peer)),
          postgres3: seen(statusOf("postgres3")),
        },
      });

    test("closes nobody", () => {
      expect(watch(60, silent(full)).verdict.admitted).toBe(true);
      expect(watch(60, silent({ ...full, admitted: true })).verdict.admitted).toBe(false);
      expect(watch(60, silent({ ...full, ...room(gib) })).verdict.admitted).toBe(false);
    });

    test("is waited for by one that was started, but not for ever", () => {
      const started = { postmaster_started_at: "2026-01-02T00:00:00Z", ...closed };
      expect(watch(14, silent(full, started)).verdict.admitted).toBe(false);
      expect(watch(15, silent(full, started)).verdict.admitted).toBe(true);
    });
  });

  test("is remembered for it when its server stops", () => {
    const full = at(room(0), room(gib), room(gib));
    const refused = run(observationOf({ own: unseen("refused") }), full.memory);
    expect(refused.verdict.reason).toMatch(
      /does not answer: refused; when it last did, the volume of postgres1 is full/,
    );
    const fine = run(observationOf({ own: unseen("refused") }), run(observationOf()).memory);
    expect(fine.verdict.reason).toBe("postgres1 does not answer: refused");
  });

  test("opens again once there is room, having caught up", () => {
    const before = at({ admitted: false, ...room(600 * mib) }, room(gib), room(gib));
    expect(before.verdict.admitted).toBe(false);
    const after = at({ admitted: false, ...room(2 * gib) }, room(gib), room(gib));
    expect(kinds(after)).toEqual(["admit"]);
  });
});
