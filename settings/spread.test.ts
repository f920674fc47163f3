import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entrances, spread, type Place } from "./spread.ts";

const names = "abcdefghij".split("");
const hostsOf = (count: number) => names.slice(0, count).map((name) => ({ name }));
const partsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `part${index + 1}` }));
/** Some placed, some not, on hosts with or without regions. */
const given = fc.integer({ min: 1, max: 10 }).chain((count) =>
  fc.record({
    hosts: fc
      .boolean()
      .chain((hasRegions) =>
        fc.tuple(
          ...hostsOf(count).map((host) =>
            hasRegions
              ? fc.constantFrom("x", "y", "z").map((region): Place => ({ ...host, region }))
              : fc.constant<Place>(host),
          ),
        ),
      ),
    parts: fc.array(
      fc.record({
        name: fc.constant("part"),
        host: fc.option(fc.constantFrom(...names.slice(0, count)), { nil: undefined }),
      }),
      { maxLength: 10 },
    ),
  }),
);
const counted = (values: readonly string[]) =>
  Object.values(Object.groupBy(values, (value) => value)).map((group) => group!.length);

describe("parts that nobody has placed", () => {
  test("leave those that are placed where they are", () => {
    fc.assert(
      fc.property(given, ({ hosts, parts }) => {
        const placed = spread(parts, hosts);
        for (const [index, { host }] of parts.entries())
          if (host !== undefined) expect(placed[index]!.host).toBe(host);
          else expect(hosts.map(({ name }) => name)).toContain(placed[index]!.host);
      }),
    );
  });

  test("share a host only when every host has one", () => {
    fc.assert(
      fc.property(given, ({ hosts, parts }) => {
        const free = parts.map(({ name }) => ({ name }));
        const used = counted(spread(free, hosts).map(({ host }) => host));
        expect(Math.max(0, ...used)).toBe(Math.ceil(free.length / hosts.length));
      }),
    );
  });

  test("stay where they are when a host without regions is added at the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 9 }), (host, part) => {
        fc.pre(part <= host);
        const before = spread(partsOf(part), hostsOf(host));
        expect(spread(partsOf(part), hostsOf(host + 1))).toEqual(before);
      }),
    );
  });

  test("three stay where they are when a host is added to a region that is there", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("x", "y", "z"), { minLength: 3, maxLength: 8 }),
        fc.nat(),
        (regions, more) => {
          const all = [...regions, regions[more % regions.length]!];
          const hosts = all.map((region, index) => ({ name: names[index]!, region }));
          const before = spread(partsOf(3), hosts.slice(0, -1));
          expect(spread(partsOf(3), hosts)).toEqual(before);
        },
      ),
    );
  });

  test("leave no region with a majority of three where there are three regions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("x", "y", "z"), { minLength: 3, maxLength: 10 }),
        (regions) => {
          fc.pre(new Set(regions).size === 3);
          const hosts = regions.map((region, index) => ({ name: names[index]!, region }));
          const used = spread(partsOf(3), hosts).map(
            ({ host }) => hosts.find(({ name }) => name === host)!.region,
          );
          expect(counted(used)).toEqual([1, 1, 1]);
        },
      ),
    );
  });

  test("are as on a map: five hosts in three regions, of which the third breaks ties", () => {
    const hosts = ["x", "x", "y", "y", "z"].map((region, index) => ({
      name: names[index]!,
      region,
    }));
    expect(spread(partsOf(3), hosts).map(({ host }) => host)).toEqual(["a", "c", "e"]);
    expect(spread(partsOf(5), hosts).map(({ host }) => host)).toEqual(["a", "c", "e", "b", "d"]);
  });
});

describe("entrances", () => {
  const regions = (...of: string[]) => of.map((region, index) => ({ name: names[index]!, region }));

  test.each<[string, readonly Place[], readonly string[]]>([
    ["one host has one", hostsOf(1), ["a"]],
    ["two have one each", hostsOf(2), ["a", "b"]],
    ["of many the first three", hostsOf(10), ["a", "b", "c"]],
    ["regions come first", regions("x", "x", "y", "z"), ["a", "c", "d"]],
    ["of two regions one has two", regions("x", "x", "y", "y"), ["a", "c", "b"]],
  ])("%s", (_, hosts, expected) => {
    expect(entrances(hosts)).toEqual(expected);
  });

  test("begin with the first host, and are on a host each", () => {
    fc.assert(
      fc.property(given, ({ hosts }) => {
        const on = entrances(hosts);
        expect(on[0]).toBe("a");
        expect(new Set(on).size).toBe(Math.min(3, hosts.length));
      }),
    );
  });
});
