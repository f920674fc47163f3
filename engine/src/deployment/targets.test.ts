import { describe, expect, test } from "vitest";
import { emptyGoal, newResource, type Resource } from "./resource.ts";
import { Scope, checkTargets, targetNotFound } from "./targets.ts";

const urn = (name: string): string => `urn:pulumi:dev::p::test:index/thing:Thing::${name}`;
const STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";
const PROVIDER = "urn:pulumi:dev::p::pulumi:providers:test::default";

function thing(name: string, ...dependencies: string[]): Resource {
  const goal = { ...emptyGoal("test:index/thing:Thing", name, {}), parent: STACK, dependencies };
  return newResource(urn(name), { ...goal, provider: `${PROVIDER}::1` }, undefined);
}
const provider = newResource(
  PROVIDER,
  emptyGoal("pulumi:providers:test", "default", {}),
  undefined,
);

describe("targets", () => {
  test("what stands on a target goes along, what merely has its provider does not", () => {
    const scope = new Scope({ targets: [urn("a")], targetDependents: true });
    const taken = [provider, thing("a"), thing("b", urn("a")), thing("c")].filter((r) => {
      scope.note(r);
      return scope.includes(r);
    });
    expect(taken.map((r) => r.urn)).toEqual([PROVIDER, urn("a"), urn("b")]);
  });

  test("those that are named whole must be there", () => {
    const { targets } = new Scope({ targets: [urn("a"), urn("b"), "**::c"] });
    expect(targets.missing((name) => name === urn("a"))).toEqual([urn("b")]);
    expect(targetNotFound("x")).toMatch(/escape/);
    expect(targetNotFound("x$y")).not.toMatch(/escape/);
  });

  test("a destroy of what is not there is refused by name", () => {
    const scope = new Scope({ excluded: [urn("b")] });
    expect(() => checkTargets(scope, [thing("a")])).toThrow(
      `no resource named '${urn("b")}' found`,
    );
    expect(() => checkTargets(scope, [thing("b")])).not.toThrow();
  });
});
