import { beforeEach, expect, test } from "vitest";
import type { DeploymentContext } from "./context.ts";
import { emptyGoal, newResource, type Resource } from "./resource.ts";
import type { Event } from "./events.ts";
import { Hooks, runAfterHooks, runHooks, withErrorHooks, type Failure } from "./hooks.ts";

const thing = (hooks: { [kind: string]: string[] }): Resource => ({
  ...newResource("urn:pulumi:dev::p::m:i:T::x", emptyGoal("m:i:T", "x", { a: 1 }), undefined),
  id: "x",
  resourceHooks: hooks,
});
const always = { onDryRun: true, ignoreErrors: false };

let hooks: Hooks;
let events: Event[];
let failed: string[];
const context = (preview = false): DeploymentContext =>
  ({
    hooks,
    options: { preview },
    cancelled: new AbortController().signal,
    emit: (event: Event) => events.push(event),
    failStep: (_urn: string, error: Error) => failed.push(error.message),
  }) as unknown as DeploymentContext;
const warnings = (): string[] =>
  events.flatMap((e) => (e.kind === "diagnostic" && e.severity === "warning" ? [e.message] : []));

beforeEach(() => {
  hooks = new Hooks();
  events = [];
  failed = [];
});

test("they run in order with what is known then; a preview runs only those that ask for it", async () => {
  const ran: string[] = [];
  const note = (name: string, onDryRun: boolean): void =>
    hooks.addResourceHook(name, {
      onDryRun,
      ignoreErrors: false,
      run: async (occasion) => {
        ran.push(`${name} ${Object.keys(occasion).join(" ")}`);
      },
    });
  note("one", true);
  note("two", false);
  const now = thing({ BeforeUpdate: ["one", "two"], AfterDelete: ["two"] });
  await runHooks(context(), "BeforeUpdate", thing({}), now);
  expect(ran).toEqual([
    "one urn id name type newInputs oldInputs oldOutputs",
    "two urn id name type newInputs oldInputs oldOutputs",
  ]);
  ran.length = 0;
  await runHooks(context(true), "BeforeUpdate", thing({}), now);
  expect(ran).toHaveLength(1);
  await runHooks(context(), "AfterDelete", now, undefined);
  expect(ran.at(-1)).toBe("two urn id name type oldInputs oldOutputs");
});

test("one that fails before stops the step, after it fails the run, and may be told to do neither", async () => {
  const fails = async (): Promise<void> => {
    throw new Error("no");
  };
  hooks.addResourceHook("hard", { ...always, run: fails });
  hooks.addResourceHook("soft", { ...always, ignoreErrors: true, run: fails });
  const now = thing({ BeforeCreate: ["soft", "hard"], AfterCreate: ["hard"] });
  await expect(runHooks(context(), "BeforeCreate", undefined, now)).rejects.toThrow(
    'before hook "hard" failed: no',
  );
  expect(warnings()).toEqual(['BeforeCreate hook "soft" failed: no']);
  await runAfterHooks(context(), "AfterCreate", undefined, now);
  expect(failed).toEqual(['after hook "hard" failed: no']);
});

test("a hook of the state that the program did not register is named, and names are taken once", async () => {
  await expect(
    runHooks(context(), "BeforeDelete", thing({ BeforeDelete: ["gone"] }), undefined),
  ).rejects.toThrow('hook "gone" was not registered');
  hooks.addErrorHook("twice", { run: () => Promise.resolve(false) });
  expect(() => hooks.addResourceHook("twice", { ...always, run: async () => {} })).toThrow(
    'resource hook already registered for name "twice"',
  );
});

test("an error hook has a step tried again until it is content", async () => {
  const told: Failure[] = [];
  hooks.addErrorHook("again", {
    run: async (failure) => {
      told.push({ ...failure, errors: [...failure.errors] });
      return true;
    },
  });
  const now = thing({ OnError: ["again"] });
  let tries = 0;
  const result = await withErrorHooks(context(), "create", undefined, now, async () => {
    if (++tries < 3) throw new Error(`try ${tries}`);
    return "made";
  });
  expect(result).toBe("made");
  expect(told.map(({ errors }) => errors)).toEqual([["try 1"], ["try 2", "try 1"]]);
  expect(warnings()).toEqual([
    "retrying create due to on-error hook request (1/100)",
    "retrying create due to on-error hook request (2/100)",
  ]);
});

test("a hundred tries are enough; without a hook there is one", async () => {
  hooks.addErrorHook("again", { run: () => Promise.resolve(true) });
  let tries = 0;
  const fail = async (): Promise<void> => {
    tries++;
    throw new Error("never");
  };
  const now = thing({ OnError: ["again"] });
  await expect(withErrorHooks(context(), "update", now, now, fail)).rejects.toThrow(
    "maximum number of error hook retries reached",
  );
  expect(tries).toBe(100);
  await expect(withErrorHooks(context(), "delete", thing({}), undefined, fail)).rejects.toThrow(
    "never",
  );
  expect(tries).toBe(101);
});
