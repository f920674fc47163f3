import { expect, test } from "vitest";
import type { Exec } from "./container.ts";
import { Failure } from "./failure.ts";
import { managersIn } from "./managers.ts";

const one = { members: [{ name: "postgres1", number: 1 }] } as never;
const asked = (exec: Exec) => managersIn(one, exec)[0]!.ask();

test("a manager is asked within its own container, and what it says is what is told", async () => {
  const told = [{ role: "leader" }, { members: [] }, { peers: [] }];
  const calls: string[] = [];
  const exec: Exec = async (alias, [program]) => {
    calls.push(`${alias}: ${program}`);
    return { code: 0, stdout: `${JSON.stringify(told)}\n`, stderr: "" };
  };
  expect(await asked(exec)).toEqual(told);
  expect(calls).toEqual(["manager1: node"]);
});

test("one that does not answer says why, and where nobody can be asked there is nothing to show", async () => {
  const silent: Exec = async () => ({ code: 1, stdout: "", stderr: "/raft/status answered 503\n" });
  expect(await asked(silent)).toBe("/raft/status answered 503");
  const away: Exec = () => Promise.reject(new Failure("lab does not answer"));
  await expect(asked(away)).rejects.toThrow("lab does not answer");
});
