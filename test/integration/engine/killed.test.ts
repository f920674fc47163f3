/**
 * Runs of the engine on real containers are killed at random moments. Whatever was going on, the next run goes on by itself, and
 * after it Docker has what state says, no more and no less.
 *
 * SYNFLEET_KILLS=200 and SYNFLEET_SEED=N choose how many moments and which; a failure prints its seed.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { baseImage, ensureBaseImage } from "../../../images/base.ts";
import { until } from "../../support/until.ts";
import { KilledLab, type Versions } from "./killed-lab.ts";

const KILLS = Number(process.env["SYNFLEET_KILLS"] ?? 40);
const SEED = Number(process.env["SYNFLEET_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
/** Most of a run is waiting for Docker, or for one process to start after another. */
const STACKS = 3;
const MINUTE = 60_000;

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

const docker = new Docker();
const labs: KilledLab[] = [];
beforeAll(() => ensureBaseImage(() => {}));
afterAll(() => Promise.all(labs.map((lab) => lab.dispose())));

const RUNNING = ["server", "worker"];
const RESOURCES = ["network", "data", "fixed", ...RUNNING, "idle"];

/** Kills one run at a random moment of it; false when the run was over by then. */
async function killOnce(
  lab: KilledLab,
  command: string,
  random: (n: number) => number,
): Promise<boolean> {
  const LINES = 16;
  const MILLISECONDS = 150;
  const lines = random(LINES);
  const child = lab.start(command);
  const ended = once(child, "exit");
  let seen = 0;
  const reached = new Promise<void>((resolve) => {
    if (lines === 0) resolve();
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      seen += text.split("\n").length - 1;
      if (seen >= lines) resolve();
    });
  });
  child.stderr!.resume();
  await Promise.race([reached, ended]);
  // Before the first line the engine starts, reads and locks, which takes longer.
  await Promise.race([sleep(random(lines === 0 ? 10 * MILLISECONDS : MILLISECONDS)), ended]);
  if (child.exitCode !== null) {
    expect(child.exitCode).toBe(0);
    return false;
  }
  await lab.kill(child, random(2) === 0);
  return true;
}

async function recover(lab: KilledLab, command: string, wasLocked: boolean): Promise<void> {
  const { code, stdout, stderr } = await lab.whole(command);
  expect(code, stdout + stderr).toBe(0);
  if (wasLocked) expect(stdout).toContain("Removed the lock of a run that has ended");
  expect(lab.hasLock()).toBe(false);
  expect(await lab.real()).toEqual(await lab.known());
  expect((await lab.state()).deployment?.pending_operations ?? []).toEqual([]);
}

interface Count {
  kills: number;
  pending: number;
}

/** Goes on with one stack until enough runs have been killed. */
async function live(lab: KilledLab, random: (n: number) => number, count: Count): Promise<void> {
  expect((await lab.run("stack", "init", "dev")).code).toBe(0);
  const versions: Versions = {};
  let isThere = false;
  while (count.kills < KILLS) {
    // A destroy, or an update of some of it.
    const command: string = isThere && random(3) === 0 ? "destroy" : "up";
    for (const name of RESOURCES) if (random(2) === 0) versions[name] = (versions[name] ?? 0) + 1;
    lab.configure(versions);
    if (!(await killOnce(lab, command, random))) {
      isThere = command === "up";
      continue;
    }
    count.kills++;
    await until("the end of the program", () =>
      Promise.resolve(lab.programs().length === 0 ? true : undefined),
    );
    const { deployment } = await lab.state();
    count.pending += deployment?.pending_operations?.length ?? 0;
    const next = command === "destroy" && random(2) === 0 ? "destroy" : "up";
    await recover(lab, next, lab.hasLock());
    isThere = next === "up";
    if (isThere) {
      expect(await lab.real()).toHaveLength(RESOURCES.length);
      // A deletion that was cut short may have stopped one.
      expect(await lab.running()).toBe(RUNNING.length);
    }
  }
  expect((await lab.whole("destroy")).code).toBe(0);
  expect(await lab.known()).toEqual([]);
  expect(await lab.real()).toEqual([]);
}

test(
  `${KILLS} runs killed, seed ${SEED}: nothing is left behind, nothing is missing`,
  { timeout: (2 + KILLS / 6) * MINUTE },
  async () => {
    const count: Count = { kills: 0, pending: 0 };
    const lives = Array.from({ length: Math.min(STACKS, KILLS) }, (_, i) => {
      const lab = new KilledLab(docker, baseImage);
      labs.push(lab);
      return live(lab, numbers(SEED + i), count);
    });
    await Promise.all(lives);
    // Else the moments were none in which anything happened.
    if (KILLS >= 20) expect(count.pending).toBeGreaterThan(0);
  },
);
