import { expect, test } from "vitest";
import { synapSections, synapService } from "./synap.ts";

test("the two ports lead to the two front ends", () => {
  const { ports } = synapService({ members: ["a"], published: { read: 6510, write: 6500 } });
  expect(ports).toEqual([
    { internal: 15520, published: 6500 },
    { internal: 15510, published: 6510 },
  ]);
});

test("members are asked for their role over TLS, and reads fall back to the master", () => {
  expect(synapSections({ members: ["synap1", "synap2"] })).toMatchSnapshot();
});

test("a member's name is one word", () => {
  expect(() => synapSections({ members: ["a b"] })).toThrow('members is "a b"');
  expect(() => synapSections({ members: [] })).toThrow("none given");
});
