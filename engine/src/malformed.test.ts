/** Whatever is in a file that the engine reads: it is taken, or refused by name with an error, and left as it is. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { SnapshotManager } from "./deployment/snapshot.ts";
import { EngineError } from "./errors.ts";
import { applyProject, hasSecrets, openConfig } from "./project/config.ts";
import { loadProject, type Project } from "./project/project.ts";
import { StackFile } from "./project/stackfile.ts";
import { selectStack, selectedStack } from "./project/workspace.ts";
import { keyCrypter } from "./secrets/crypter.ts";
import { StackFiles, findBackend } from "./state/backend.ts";
import { openSnapshot, renderCheckpoint } from "./state/checkpoint.ts";
import { readHistory } from "./state/history.ts";
import { takeLock } from "./state/lock.ts";
import { crypterCodec } from "./state/secrets.ts";
import { corrupted, misshapen } from "./testing/corrupt.ts";

const root = mkdtempSync(join(tmpdir(), "malformed-"));
afterAll(() => rmSync(root, { recursive: true }));

const env = { PULUMI_HOME: join(root, "home") };
const KEY_BYTES = 32;
const crypter = keyCrypter(new Uint8Array(KEY_BYTES).fill(7));
const files = (): StackFiles => new StackFiles({ url: `file://${root}`, root }, "p", "dev");
const project = { name: "p", file: join(root, "Pulumi.yaml"), root } as Project;

const URN = "urn:pulumi:dev::p::memory:index/thing:Thing::x";
const PROVIDER = "urn:pulumi:dev::p::pulumi:providers:memory::default";
const secret = (value: string) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: crypter.encrypt(value),
});
const resource = {
  urn: URN,
  custom: true,
  id: "x",
  type: "memory:index/thing:Thing",
  inputs: { name: "x", list: [1, { deep: true }], password: secret('"hush"') },
  outputs: { echo: "x" },
  parent: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
  dependencies: [PROVIDER],
  provider: `${PROVIDER}::1`,
  propertyDependencies: { name: [PROVIDER], list: null },
  customTimeouts: { create: 60 },
  additionalSecretOutputs: ["echo"],
  aliases: ["urn:pulumi:dev::p::memory:index/thing:Thing::y"],
  replaceWith: [URN],
  replacementTrigger: secret("1"),
  resourceHooks: { beforeCreate: ["hook"] },
  created: "2026-01-01T00:00:00Z",
};
const checkpoint = {
  version: 4,
  features: ["hooks", "replaceWith"],
  checkpoint: {
    stack: "organization/p/dev",
    latest: {
      manifest: { time: "2026-01-01T00:00:00Z", magic: "x", version: "v3.0.0" },
      secrets_providers: { type: "passphrase", state: { salt: "v1:a:v1:b:c" } },
      resources: [
        { urn: PROVIDER, custom: true, id: "1", type: "pulumi:providers:memory" },
        resource,
      ],
      pending_operations: [{ type: "creating", resource }],
      metadata: {},
    },
  },
};
const projectYaml = {
  name: "p",
  description: "d",
  runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--trace-warnings" } },
  main: ".",
  backend: { url: "file://~" },
  stackConfigDir: ".",
  config: { "p:size": { type: "integer", default: 3 }, names: { type: "array", items: {} } },
};
const stackYaml = {
  encryptionsalt: "v1:a:v1:b:c",
  config: {
    "p:size": 4,
    "p:names": ["a", { secure: crypter.encrypt('"x"') }],
    "aws:region": "x",
    "p:token": { secure: crypter.encrypt("x") },
  },
};
const lock = {
  pid: process.pid,
  username: "me",
  hostname: hostname(),
  timestamp: "2026-01-01T00:00:00Z",
  process: { boot: "b", machine: "m", namespace: "n", started: "1" },
};
const record = {
  kind: "update",
  startTime: 1,
  endTime: 2,
  message: "",
  environment: { "exec.kind": "cli" },
  config: { "p:size": { secure: "v1:a:b" } },
  result: "succeeded",
  resourceChanges: { create: 1 },
};

interface Case {
  readonly path: string;
  readonly document: Parameters<typeof misshapen>[0];
  readonly yaml?: boolean;
  /** What the commands do with the file before anything else. */
  readonly read: () => Promise<unknown>;
}

const cases: { [name: string]: Case } = {
  "a checkpoint": {
    path: files().state,
    document: checkpoint,
    read: async () => {
      const raw = await files().load();
      if (!raw) throw new EngineError(`there is no ${files().state}`);
      const codec = crypterCodec(crypter);
      const snapshot = new SnapshotManager(openSnapshot(raw, codec), undefined).current();
      renderCheckpoint("s", snapshot, codec);
    },
  },
  "the backend's meta.yaml": {
    path: join(root, ".pulumi", "meta.yaml"),
    document: { version: 1 },
    yaml: true,
    read: () => files().load(),
  },
  "a lock": {
    path: join(files().locks, "x.json"),
    document: lock,
    read: async () => {
      // A lock of a boot before this one is no longer there afterwards, as it should not.
      await (await takeLock(files().locks)).release();
    },
  },
  "a record of the history": {
    path: join(files().history, "dev-1.history.json"),
    document: record,
    read: () => readHistory(files(), 1, 10),
  },
  "the selection of a stack": {
    path: "",
    document: { stack: "organization/p/dev" },
    read: () => selectedStack(project, env),
  },
  "the login": {
    path: join(env.PULUMI_HOME, "credentials.json"),
    document: { current: "file://~", accounts: { "file://~": {} } },
    read: () => findBackend(env, undefined, root),
  },
  "Pulumi.yaml": {
    path: join(root, "Pulumi.yaml"),
    document: projectYaml,
    yaml: true,
    read: () => loadProject(root),
  },
  "Pulumi.dev.yaml": {
    path: join(root, "Pulumi.dev.yaml"),
    document: stackYaml,
    yaml: true,
    read: async () => {
      const file = await StackFile.load(join(root, "Pulumi.dev.yaml"));
      const nodes = file.entries();
      hasSecrets(nodes.values());
      const declared = new Map([["p:size", { type: "integer", default: 3 }]]);
      applyProject(
        { ...project, config: declared },
        "dev",
        openConfig("p", nodes, crypter, file.path),
      );
    },
  },
};
await selectStack(project, env, "dev");
const { readdirSync } = await import("node:fs");
const workspaces = join(env.PULUMI_HOME, "workspaces");
(cases["the selection of a stack"] as { path: string }).path = join(
  workspaces,
  readdirSync(workspaces)[0]!,
);

describe.each(Object.entries(cases))("%s", (_name, { path, document, yaml, read }) => {
  const write = (text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const text = yaml ? stringify(document) : JSON.stringify(document);

  async function readsOrRefuses(content: string): Promise<void> {
    write(content);
    try {
      await read();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // The CLI names the stack where a value is not what the project declares.
      if (!error.message.includes("Stack 'dev' ")) expect(error.message).toContain(path);
      expect(error.message).not.toMatch(/\n\s+at /);
      expect(error.message).not.toContain("undefined");
      expect(readFileSync(path, "utf8")).toBe(content);
    } finally {
      rmSync(path, { force: true });
    }
  }

  test("damaged anywhere", async () => {
    await fc.assert(fc.asyncProperty(corrupted(text), readsOrRefuses), { numRuns: 300 });
  });
  test("well-formed, with something else in it", async () => {
    const texts = misshapen(document).map((d) => (yaml ? stringify(d) : JSON.stringify(d)));
    await fc.assert(fc.asyncProperty(texts, readsOrRefuses), { numRuns: 600 });
  });
});
