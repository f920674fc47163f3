import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, type Ended } from "../../../commands/support/process.ts";
import { offline } from "../../../engine/conformance/engines.ts";
import { buildImage } from "../../../images/build.ts";
import { leftovers } from "../../support/leftovers.ts";
import { freePorts } from "../../support/ports.ts";
import { docker } from "../images/bench.ts";

const prefix = `synfleet-shop-${randomBytes(3).toString("hex")}`;
const image = `${prefix}:test`;
const program = fileURLToPath(new URL("program.ts", import.meta.url));
let state = "";
let free: number[] = [];

/** What a shop's image might be: it looks for its files in a place of its own, and has none of our programs. */
const server = `
const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");
createServer((request, response) => {
  if (request.url === "/healthz") return response.end("well");
  if (request.url !== "/") {
    console.log("nobody is at " + request.url);
    response.statusCode = 404;
    return response.end();
  }
  const read = (path) => readFileSync(path, "utf8");
  const { WORD: word } = process.env;
  const password = read("/etc/synfleet/secrets/password") === "canary";
  response.end(JSON.stringify({ uid: process.getuid(), word, greeting: read("/shop/greeting"), password }));
}).listen(3000);
process.on("SIGTERM", () => process.exit(0));
`;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "shop-"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  const project = { name: "shop", runtime, main: relative(state, program) };
  await writeFile(join(state, "Pulumi.yaml"), stringify(project));
  free = await freePorts(3);
  const base = await buildImage("app", { log: () => undefined });
  const code = Buffer.from(server).toString("base64");
  const file = `FROM ${base}\nUSER root\nRUN mkdir /shop && echo ${code} | base64 -d > /shop.cjs\nUSER 1001\nENTRYPOINT ["node", "/shop.cjs"]\n`;
  const building = promisify(execFile)("docker", ["build", "--quiet", "--tag", image, "-"], {
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
  });
  building.child.stdin!.end(file);
  await building;
  await must(engine({}, "stack", "init", "test"));
}, 120_000);

afterAll(async () => {
  await must(engine({}, "destroy", "--stack", "test", "--yes", "--skip-preview"));
  expect(await leftovers(prefix)).toEqual([]);
  await docker("image", "rm", image);
  await rm(state, { recursive: true, force: true });
}, 120_000);

interface Change {
  readonly members?: number;
  readonly word?: string;
  readonly greeting?: string;
  readonly healthPath?: string;
  readonly readySeconds?: number;
}

function engine(change: Change, ...args: string[]): Promise<Ended> {
  const {
    members = 2,
    word = "one",
    greeting = "hello",
    healthPath = "/healthz",
    readySeconds = 60,
  } = change;
  const ports = Object.fromEntries(
    ["shop-a", "shop-b", "shop-c"].slice(0, members).map((name, index) => [name, free[index]]),
  );
  const env = {
    ...process.env,
    ...offline.env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase",
    SHOP: JSON.stringify({ prefix, image, ports, word, greeting, healthPath, readySeconds }),
  };
  const words = [...offline.prefix, ...args, "--non-interactive"];
  return run(offline.command, words, { env, cwd: state });
}

async function must(ending: Promise<Ended>): Promise<void> {
  const { code, stdout, stderr } = await ending;
  if (code !== 0) throw new Error(`ended with ${code}:\n${stdout}\n${stderr}`);
}

const up = (change: Change = {}) =>
  engine(change, "up", "--stack", "test", "--yes", "--skip-preview");
const answer = async (index: number): Promise<any> =>
  (await fetch(`http://127.0.0.1:${free[index]}/`)).json();
const about = (name: string, format: string) =>
  docker("inspect", "--format", format, `${prefix}-${name}`);
const ids = () => Promise.all(["shop-a", "shop-b"].map((name) => about(name, "{{.Id}}")));
const starts = () =>
  Promise.all(["shop-a", "shop-b"].map((name) => about(name, "{{.State.StartedAt}}")));

describe.sequential("an app of an image that knows nothing of Synfleet", () => {
  test("runs as its own user, with its environment and its files where it looks for them", async () => {
    await must(up());
    const expected = { uid: 1001, word: "one", greeting: "hello", password: true };
    expect(await Promise.all([answer(0), answer(1)])).toEqual([expected, expected]);
    expect(await about("shop-a", "{{json .}}")).not.toContain("canary");
  });

  test("is restarted for another file, one instance after the other, and not replaced", async () => {
    const before = await ids();
    await must(up({ greeting: "good day" }));
    expect(await ids()).toEqual(before);
    expect(await answer(1)).toMatchObject({ greeting: "good day" });
    const [a, b] = await starts();
    expect(Date.parse(a!)).toBeLessThan(Date.parse(b!));
  });

  test("gets another instance, for which the first ones do not wait, and loses it again", async () => {
    const before = await starts();
    await must(up({ greeting: "good day", members: 3 }));
    expect(await answer(2)).toMatchObject({ greeting: "good day" });
    await must(up({ greeting: "good day" }));
    await expect(answer(2)).rejects.toThrow();
    expect((await leftovers(prefix)).filter((line) => line.includes("shop-c"))).toEqual([]);
    expect(await starts()).toEqual(before);
  });

  test("without the health path stops the change at the first instance, with the end of its log", async () => {
    const before = await ids();
    const { code, stdout, stderr } = await up({
      greeting: "good day",
      word: "two",
      healthPath: "/wrong",
      readySeconds: 4,
    });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(`${prefix}-shop-a is not ready after 4 s: curl: (22)`);
    expect(stdout + stderr).toContain("nobody is at /wrong");
    expect((await ids())[1]).toBe(before[1]);
    expect(await answer(1)).toMatchObject({ word: "one" });
  });
});
