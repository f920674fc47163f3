/** Programs drawn at random, and what becomes of them: a few resources with any options, changed from one run to the next. */
import fc from "fast-check";
import { join } from "node:path";
import type { Case, Run } from "./case.ts";

const NAMES = ["a", "b", "c", "d", "e"] as const;
const KINDS = ["component", "id", "command"] as const;

interface AnyResource {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly value: number;
  readonly from?: string | undefined;
  readonly options: object;
}

/** Most resources have no options, and seldom two. */
const rarely = <T>(value: fc.Arbitrary<T>, oneIn = 8): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );

/** Refers to earlier resources only: a program cannot name what it has not made yet. */
function optionsOf(index: number, kind: string): fc.Arbitrary<object> {
  const earlier = NAMES.slice(0, index);
  const linked =
    earlier.length === 0
      ? {}
      : {
          dependsOn: rarely(fc.subarray(earlier, { minLength: 1 }), 4),
          parent: rarely(fc.constantFrom(...earlier), 4),
        };
  const custom =
    kind === "component"
      ? {}
      : {
          deleteBeforeReplace: rarely(fc.boolean()),
          retainOnDelete: rarely(fc.constant(true)),
          ignoreChanges: rarely(
            fc.constantFrom(
              ...(kind === "id" ? [["byteLength"], ["keepers"]] : [["create"], ["*"]]),
            ),
          ),
          replaceOnChanges: rarely(fc.constantFrom(["create"], ["environment"], ["*"])),
          additionalSecretOutputs: rarely(fc.constantFrom(["hex"], ["stdout"])),
          ...(earlier.length === 0
            ? {}
            : {
                deletedWith: rarely(fc.constantFrom(...earlier)),
                replaceWith: rarely(fc.subarray(earlier, { minLength: 1, maxLength: 1 })),
              }),
        };
  return fc
    .record({ ...linked, ...custom, protect: rarely(fc.boolean(), 16) })
    .map((options) => JSON.parse(JSON.stringify(options)) as object);
}

const resource = (index: number, kind: (typeof KINDS)[number]) =>
  fc.record({
    name: fc.constant(NAMES[index]!),
    kind: fc.constant(kind),
    value: fc.oneof({ weight: 12, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.constant(3) }),
    from:
      index === 0 ? fc.constant(undefined) : rarely(fc.constantFrom(...NAMES.slice(0, index)), 2),
    options: optionsOf(index, kind),
  });

/** The next version of a program mostly differs in values and in what is there, and seldom in options. */
const next = (now: readonly AnyResource[]): fc.Arbitrary<AnyResource[]> =>
  fc
    .tuple(
      ...now.map((r, index) =>
        fc.oneof(
          { weight: 4, arbitrary: fc.constant<AnyResource | undefined>(r) },
          { weight: 4, arbitrary: fc.nat(2).map((value) => ({ ...r, value })) },
          { weight: 2, arbitrary: fc.constant(undefined) },
          {
            weight: 2,
            arbitrary: resource(index, r.kind) as fc.Arbitrary<AnyResource | undefined>,
          },
        ),
      ),
    )
    .map((all) => all.filter((r) => r !== undefined));

const UP = "up --yes --skip-preview";
const command = fc.oneof(
  { weight: 6, arbitrary: fc.constant(UP) },
  { weight: 1, arbitrary: fc.constant("preview") },
  { weight: 1, arbitrary: fc.constant("refresh --yes --skip-preview") },
  { weight: 1, arbitrary: fc.constant(`${UP} --refresh`) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((n) => `${UP} --target **::${n}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...NAMES).map((n) => `${UP} --target **::${n} --target-dependents`),
  },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((n) => `${UP} --exclude **::${n}`) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((n) => `${UP} --target-replace **::${n}`) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((n) => `${UP} --replace **::${n}`) },
  { weight: 1, arbitrary: fc.constant("destroy --yes --skip-preview") },
);

const programs: fc.Arbitrary<AnyResource[]> = fc
  .array(fc.constantFrom(...KINDS), { minLength: 2, maxLength: NAMES.length })
  .chain((kinds) => fc.tuple(...kinds.map((kind, index) => resource(index, kind))));

/** Three versions of a program and four runs. */
export const histories: fc.Arbitrary<Case> = programs
  .chain((first) => fc.tuple(fc.constant(first), next(first), next(first), command, command))
  .map(([first, second, third, one, two]) => {
    const run = (line: string, resources: readonly AnyResource[]): Run => ({
      run: line,
      config: { resources },
    });
    return {
      name: "any",
      about: "A program drawn at random.",
      directory: join(import.meta.dirname, "any"),
      runs: [run(UP, first), run(one, second), run(two, third), run(UP, third)],
    };
  });
