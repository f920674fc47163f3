import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WalSample, lagSeconds, recordSample } from "./lag.ts";
import { bytesBetween, parseLsn, reached } from "./lsn.ts";

const lsn = (bytes: number) => `0/${bytes.toString(16).toUpperCase()}`;

describe("WAL positions", () => {
  test("parse beyond 32 bits", () => {
    expect(parseLsn("1/0")).toBe(4_294_967_296n);
    expect(bytesBetween("0/FFFFFFFF", "1/1")).toBe(2);
    expect(bytesBetween("1/1", "0/0")).toBe(0);
    expect(reached("1/0", "0/FFFFFFFF")).toBe(true);
    expect(() => parseLsn("16B3748")).toThrow(`got "16B3748"`);
  });
});

describe("lag", () => {
  test("counts from the oldest sample that is not confirmed", () => {
    let samples: readonly WalSample[] = [];
    samples = recordSample(samples, { atMs: 0, lsn: lsn(100) }, lsn(100));
    expect(lagSeconds(samples, 1000)).toBe(0);
    samples = recordSample(samples, { atMs: 1000, lsn: lsn(200) }, lsn(100));
    samples = recordSample(samples, { atMs: 2000, lsn: lsn(300) }, lsn(150));
    expect(lagSeconds(samples, 2500)).toBe(1.5);
    samples = recordSample(samples, { atMs: 3000, lsn: lsn(300) }, lsn(200));
    expect(lagSeconds(samples, 3000)).toBe(1);
  });

  test("is bounded in size and keeps the oldest", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (count) => {
        let samples: readonly WalSample[] = [];
        for (let index = 0; index < count; index++) {
          samples = recordSample(samples, { atMs: index, lsn: lsn(index + 1) }, lsn(0));
        }
        expect(samples.length).toBeLessThanOrEqual(120);
        expect(samples[0]?.atMs).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  test("is zero once everything is confirmed", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), (positions) => {
        const ordered = positions.sort((left, right) => left - right);
        let samples: readonly WalSample[] = [];
        ordered.forEach((position, atMs) => {
          samples = recordSample(samples, { atMs, lsn: lsn(position) }, lsn(0));
        });
        const end = lsn(ordered.at(-1) ?? 0);
        samples = recordSample(samples, { atMs: 1e6, lsn: end }, end);
        expect(lagSeconds(samples, 1e6)).toBe(0);
      }),
    );
  });
});
