import { describe, expect, test } from "vitest";
import type { Op } from "../deployment/events.ts";
import { emptyGoal, newResource, type Resource } from "../deployment/resource.ts";
import { PolicyReport } from "./policies.ts";
import { Progress } from "./progress.ts";
import type { StepView } from "./step.ts";

const STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";
const THING = "urn:pulumi:dev::p::test:index/thing:Thing::a";

function resource(urn: string, outputs: Resource["outputs"] = {}): Resource {
  const isStack = urn === STACK;
  const type = isStack ? "pulumi:pulumi:Stack" : "test:index/thing:Thing";
  const goal = { ...emptyGoal(type, "a", {}), custom: !isStack, parent: isStack ? "" : STACK };
  return { ...newResource(urn, goal, undefined), outputs };
}

function step(op: Op, r: Resource): StepView {
  const now = op === "delete" ? {} : { now: r };
  const own = { urn: r.urn, type: r.type, keys: [], diffs: [], logical: true, provider: "" };
  return { op, ...own, ...(op === "create" ? {} : { old: r }), ...now };
}

const end = (progress: Progress): void =>
  progress.finish({ counts: {}, seconds: 1, failed: false, policies: new PolicyReport() });

/** What is printed of a run, without what it took. */
function shown(
  preview: boolean,
  run: (progress: Progress) => void,
  ends: (progress: Progress) => void = end,
): string[] {
  let text = "";
  const write = (more: string): void => void (text += more);
  const options = { preview, showSecrets: false, cut: true, showOutputs: true, title: "Run" };
  const paint = (_color: string, plain: string): string => plain;
  const progress = new Progress({ ...options, write, writeError: write, paint }, STACK);
  run(progress);
  ends(progress);
  return text
    .split("\n")
    .map((line) => line.replace(/ \(\d[^)]*s\)/, "").trim())
    .filter((line) => line !== "");
}

const END = ["Resources:", "Duration: 1s"];

describe("a stack that is told of last", () => {
  test("has a line of its own for what belongs to nothing, and shows no outputs", () => {
    const lines = shown(false, (progress) => {
      for (const r of [resource(THING), resource(STACK, { was: "here" })]) {
        progress.pre(step("delete", r));
        progress.outputs(step("delete", r));
      }
    });
    expect(lines).toEqual([
      "-  test:index:Thing a deleting",
      "-  test:index:Thing a deleted",
      "-  pulumi:pulumi:Stack p-dev deleting",
      "-  pulumi:pulumi:Stack p-dev deleted",
      "pulumi:pulumi:Stack p-dev",
      ...END,
    ]);
  });

  test("what went wrong is told there", () => {
    const said = { severity: "error", urn: "", passing: false, stream: 0 } as const;
    const lines = shown(false, (progress) =>
      progress.diagnostic({ ...said, message: "error: update failed\n" }),
    );
    expect(lines).toContain("pulumi:pulumi:Stack p-dev **failed** 1 error");
    expect(lines).toContain("1 errored");
  });
});

test("a stack that is told of first shows its outputs, and no line when nothing changes", () => {
  const stack = resource(STACK, { url: "x" });
  const lines = shown(false, (progress) => {
    progress.pre(step("same", stack));
    progress.pre(step("create", resource(THING)));
    progress.outputs(step("create", resource(THING)));
  });
  expect(lines).toEqual([
    "+  test:index:Thing a creating",
    "+  test:index:Thing a created",
    "Outputs:",
    'url: "x"',
    ...END,
  ]);
});

describe("policy packs", () => {
  const violation = {
    urn: THING,
    pack: "rules",
    version: "1",
    policy: "p",
    level: "mandatory" as const,
    severity: "",
    message: "no",
  };

  test("are told of while they load; then the stack has a line as soon as it runs", () => {
    const lines = shown(true, (progress) => {
      progress.begin();
      progress.loading();
      progress.prelude();
      progress.pre(step("same", resource(STACK)));
    });
    expect(lines).toEqual([
      "Run:",
      "Loading policy packs...: starting",
      "Loading policy packs...: done",
      "pulumi:pulumi:Stack p-dev running",
      "pulumi:pulumi:Stack p-dev",
      "Resources:",
    ]);
  });

  test("give a line to what they change, and none to what they forbid", () => {
    const lines = shown(true, (progress) => {
      progress.pre(step("same", resource(STACK)));
      progress.violated(violation);
      progress.remediated({ ...violation, before: {}, after: {} });
    });
    expect(lines).toEqual(["test:index:Thing a", "test:index:Thing a", "Resources:"]);
  });
});

test("a run that does not come to begin ends with what went wrong, and without counts", () => {
  const said = { severity: "error", urn: "", passing: false, stream: 0 } as const;
  const lines = shown(
    false,
    (progress) => {
      progress.begin();
      progress.diagnostic({ ...said, message: "error: it cannot be\n" });
    },
    (progress) => progress.abort(),
  );
  expect(lines).toEqual([
    "Run:",
    "pulumi:pulumi:Stack p-dev  error: it cannot be",
    "pulumi:pulumi:Stack p-dev **failed** 1 error",
    "Diagnostics:",
    "pulumi:pulumi:Stack (p-dev):",
    "error: it cannot be",
  ]);
});
