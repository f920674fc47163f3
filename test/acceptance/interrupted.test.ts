import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { until } from "../support/until.ts";

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.create();
});

afterAll(async () => {
  await deployment?.remove();
});

const containers = async () =>
  (await leftovers(deployment.prefix)).filter((line) => line.startsWith("container ")).sort();

test("an up that was killed is taken up again by the next, and destroy finds everything", async () => {
  const [program, ...args] = deployment.command("up", "--stack", "test", "--yes", "--skip-preview");
  const up = spawn(program!, args, { ...deployment.place, stdio: "ignore" });
  const ended = new Promise((resolve) => up.once("close", resolve));
  await until("the first containers", async () =>
    (await containers()).length >= 4 ? true : undefined,
  );
  up.kill("SIGKILL");
  await ended;
  expect((await containers()).length).toBeLessThan(16);

  await deployment.up();
  const whole = await containers();
  expect(whole.length).toBe(16);
  await deployment.up("--expect-no-changes");
  expect(await containers()).toEqual(whole);

  await deployment.destroy();
  expect(await leftovers(deployment.prefix)).toEqual([]);
});
