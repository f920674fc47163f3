/** A plugin of the project through whole commands: it comes before the engine's own provider, and no process of it stays. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAlive } from "./testing/alive.ts";
import { Lab } from "./testing/lab.ts";

// Whole commands, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

/** Takes no secrets, previews, tells its differences path by path, and does what the value of a thing says. */
const PLUGIN = String.raw`"use strict";
const fs = require("node:fs");
const grpc = require("@grpc/grpc-js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb.js");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const pb = require("@pulumi/pulumi/proto/provider_pb.js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

fs.appendFileSync("pids", process.pid + "\n");
const engine = new EngineClient(process.argv[2], grpc.credentials.createInsecure());
const said = (call) => fs.appendFileSync("asked", JSON.stringify(call) + "\n");
let giveUp;

const service = {
  getPluginInfo: (_call, done) => done(null, new PluginInfo()),
  configure: (_call, done) => {
    const response = new pb.ConfigureResponse();
    response.setSupportspreview(true);
    done(null, response);
  },
  check: ({ request }, done) => {
    const response = new pb.CheckResponse();
    response.setInputs(request.getNews());
    done(null, response);
  },
  diff: ({ request }, done) => {
    const response = new pb.DiffResponse();
    const [old, now] = [request.getOldInputs(), request.getNews()].map((s) => s.toJavaScript());
    const differs = old.value !== now.value;
    response.setChanges(differs ? 2 : 1);
    if (differs) {
      response.setHasdetaileddiff(true);
      const one = new pb.PropertyDiff();
      one.setKind(pb.PropertyDiff.Kind.UPDATE_REPLACE);
      response.getDetaileddiffMap().set("value", one);
    }
    done(null, response);
  },
  create: ({ request }, done) => {
    const inputs = request.getProperties().toJavaScript();
    said({ create: request.getPreview(), timeout: request.getTimeout(), inputs });
    if (inputs.value === "die" && !request.getPreview()) {
      console.error("it hurts");
      process.exit(9);
    }
    if (inputs.value === "wait" && !request.getPreview()) {
      giveUp = () => done({ code: grpc.status.ABORTED, details: "given up" });
      return;
    }
    const log = new LogRequest();
    log.setSeverity(1);
    log.setUrn(request.getUrn());
    log.setMessage("making " + request.getName());
    engine.log(log, () => {
      const response = new pb.CreateResponse();
      response.setId(request.getPreview() ? "" : "id-" + request.getName());
      response.setProperties(Struct.fromJavaScript({ ...inputs, echo: "made" }));
      done(null, response);
    });
  },
  delete: (_call, done) => done(null, new Empty()),
  cancel: (_call, done) => {
    said("cancel");
    giveUp?.();
    done(null, new Empty());
  },
};
const server = new grpc.Server();
server.addService(ResourceProviderService, service);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => console.log(port));
`;

let lab: Lab;
beforeEach(async () => {
  lab = new Lab();
  await lab.run("stack", "init", "dev");
  const folder = join(lab.program, "provider");
  mkdirSync(folder);
  writeFileSync(join(folder, "index.cjs"), PLUGIN);
  const executable = join(folder, "pulumi-resource-memory");
  writeFileSync(executable, `#!/bin/sh\n"${process.execPath}" "$(dirname "$0")/index.cjs" "$@"\n`);
  chmodSync(executable, 0o755);
  const yaml = readFileSync(join(lab.program, "Pulumi.yaml"), "utf8");
  writeFileSync(
    join(lab.program, "Pulumi.yaml"),
    `${yaml}plugins:\n  providers:\n    - { name: memory, path: ./provider }\n`,
  );
});
afterEach(() => lab.dispose());

const thing = (value: string, options: object = {}): object => ({
  name: "a",
  props: { name: "a", value },
  options,
});

const linesOf = (name: string): string[] => {
  const path = join(lab.program, name);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
};

/** Who was told to end may take a moment to be gone after its last word. */
async function expectNobodyLeft(processes: number): Promise<void> {
  const pids = linesOf("pids").map(Number);
  expect(pids).toHaveLength(processes);
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
}

test("it serves its package, hears of no secret marks, and says what it does", async () => {
  lab.declare([thing("secret:hidden", { customTimeouts: { create: "90s" } })]);
  const first = await lab.run("up", "--yes");
  expect(first.code, first.out).toBe(0);
  expect(first.out).toContain("making a");
  expect(first.out).not.toContain("hidden");
  expect(linesOf("asked")).toContain(
    JSON.stringify({ create: false, timeout: 90, inputs: { name: "a", value: "hidden" } }),
  );
  const { id, outputs } = lab.resource("a")!;
  expect(id).toBe("id-a");
  expect(outputs).toMatchObject({ echo: "made", value: { ciphertext: expect.any(String) } });
  // One for the preview and one for the update.
  await expectNobodyLeft(2);

  lab.declare([thing("other")]);
  const { code, out } = await lab.run("preview", "--diff");
  expect(code, out).toBe(0);
  expect(out).toMatch(/\+-memory:index\/thing:Thing: \(replace\)/);
  await expectNobodyLeft(3);
});

test("it is not started for a stack that has nothing of its package", async () => {
  lab.declare([]);
  expect((await lab.up()).code).toBe(0);
  expect(linesOf("pids")).toEqual([]);
});

test("its death is told with its last words, and what it was making stays noted", async () => {
  lab.declare([thing("die")]);
  const { code, out } = await lab.up();
  expect(code).toBe(1);
  expect(out).toMatch(/the plugin memory \(.*\) ended with code 9 during create of urn:.*::a/);
  expect(out).toContain("it hurts");
  await expectNobodyLeft(1);
  expect(lab.checkpoint().pending_operations).toHaveLength(1);

  lab.declare([thing("fine")]);
  const next = await lab.up();
  expect(next.code, next.out).toBe(0);
  expect(next.out).toMatch(/interrupted while creating a.*look for it and remove it by hand/s);
  expect(lab.checkpoint().pending_operations).toBeUndefined();
});

test("a path that has no plugin is told before anything is made", async () => {
  const file = join(lab.program, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("./provider", "./elsewhere"));
  lab.declare([thing("fine")]);
  const { code, out } = await lab.up();
  expect(code).toBe(1);
  expect(out).toMatch(
    /plugins\.providers: the plugin memory: got the path .*elsewhere, which is no folder/,
  );
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s cancels what it does, and it is gone",
  async (signal) => {
    lab.declare([thing("wait")]);
    const runner = fileURLToPath(new URL("./testing/run-lab.ts", import.meta.url));
    const child = spawn(
      process.execPath,
      [runner, lab.program, lab.objects, "up", "--yes", "--skip-preview"],
      { env: lab.env, stdio: ["ignore", "pipe", "pipe"] },
    );
    const ended = once(child, "exit");
    for (let tries = 0; !linesOf("asked").some((line) => line.includes("wait")); tries++) {
      if (tries > 1000) throw new Error("the creation never began");
      await sleep(20);
    }
    child.kill(signal);
    expect(((await ended) as [number])[0]).toBe(1);
    expect(linesOf("asked")).toContain('"cancel"');
    await expectNobodyLeft(1);
  },
);
