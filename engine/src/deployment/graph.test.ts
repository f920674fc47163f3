import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyGoal, newResource, type Resource } from "./resource.ts";
import { deleteOrder, dependantsOf, limiter, runGraph } from "./graph.ts";
import { normalize, references } from "./integrity.ts";

const make = (urn: string, dependencies: string[], rest: Partial<Resource> = {}): Resource => ({
  ...newResource(urn, emptyGoal("t:i:T", urn, {}), undefined),
  dependencies,
  ...rest,
});

/** A state: each resource may depend on, or be a child of, those before it. */
const states = fc
  .array(fc.tuple(fc.array(fc.nat(30), { maxLength: 4 }), fc.option(fc.nat(30))), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) =>
    rows.map(([dependsOn, parent], i) =>
      make(
        `u${i}`,
        i === 0 ? [] : [...new Set(dependsOn.map((d) => `u${d % i}`))],
        i === 0 || parent === null ? {} : { parent: `u${parent % i}` },
      ),
    ),
  );

test("everything is deleted after all that refers to it, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(states, async (state) => {
      const gone: string[] = [];
      const done = await runGraph(deleteOrder(state), async (r) => {
        await Promise.resolve();
        for (const other of state)
          if (references(other).has(r.urn)) expect(gone).toContain(other.urn);
        gone.push(r.urn);
        return true;
      });
      expect(done.size).toBe(state.length);
    }),
  );
});

test("what a failed deletion stands on stays", async () => {
  await fc.assert(
    fc.asyncProperty(states, fc.nat(), async (state, n) => {
      const failing = state[n % state.length]!;
      const done = await runGraph(deleteOrder(state), (r) => Promise.resolve(r !== failing));
      for (const urn of references(failing))
        expect([...done].some((r) => r.urn === urn)).toBe(false);
    }),
  );
});

test("a repaired state has everything after what it refers to, and keeps an order that is good", () => {
  fc.assert(
    fc.property(states, fc.infiniteStream(fc.nat()), (state, random) => {
      expect(normalize(state)).toEqual(state);
      const shuffled = state
        .map((r) => ({ r, key: random.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ r }) => r)
        .slice(1);
      const seen = new Set<string>();
      for (const r of normalize(shuffled)) {
        for (const urn of references(r)) expect(seen).toContain(urn);
        seen.add(r.urn);
      }
    }),
  );
});

test("aliases rename references", () => {
  const parent = make("new", [], { aliases: ["old"] });
  const [, child] = normalize([parent, make("child", ["old"], { parent: "old" })]);
  expect(child).toMatchObject({ parent: "new", dependencies: ["new"] });
});

test("dependants are found through others, children alone are none", () => {
  const state = [
    make("a", []),
    make("b", ["a"]),
    make("c", ["b"]),
    make("child", [], { parent: "a" }),
    make("apart", []),
  ];
  expect(dependantsOf(state[0]!, state).map((r) => r.urn)).toEqual(["b", "c"]);
});

test("a circle is refused instead of waiting for ever", async () => {
  const circle = new Map([
    ["a", ["b"]],
    ["b", ["a"]],
  ]);
  await expect(runGraph(circle, () => Promise.resolve(true))).rejects.toThrow("in a circle");
});

test("a limiter never runs more than its limit", async () => {
  let running = 0;
  let most = 0;
  const limited = limiter(3);
  await Promise.all(
    Array.from({ length: 20 }, () =>
      limited(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      }),
    ),
  );
  expect(most).toBe(3);
});
