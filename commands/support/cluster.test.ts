import { describe, expect, test } from "vitest";
import { onCluster } from "./cluster.ts";
import { Failure } from "./failure.ts";
import type { Ended } from "./process.ts";

const settings = {
  name: "orders",
  kubernetes: { context: "lab", images: "registry", spread: "preferred" },
} as unknown as Parameters<typeof onCluster>[0];

const ended = (stdout: string): Ended => ({ code: 0, stdout, stderr: "" });
const refused = (stderr: string): Ended => ({ code: 1, stdout: "", stderr });
const pod = (name: string, ready: string, gone?: string) => ({
  metadata: { name, ...(gone && { deletionTimestamp: gone }) },
  status: { conditions: [{ type: "Ready", status: ready }] },
});

/** A cluster that says this of the pods, and keeps what it was asked. */
function clusterThatSays(said: Ended | readonly object[]) {
  const asked: (readonly string[])[] = [];
  const kubectl = (words: readonly string[]) => {
    asked.push(words);
    if (words.includes("exec")) return Promise.resolve(ended("done"));
    return Promise.resolve("code" in said ? said : ended(JSON.stringify({ items: said })));
  };
  return { ...onCluster(settings, kubectl), asked };
}

describe("health of a part", () => {
  test.each<[string, readonly object[]]>([
    ["absent", []],
    ["healthy", [pod("app-1", "True")]],
    ["unhealthy", [pod("app-1", "False")]],
    ["healthy", [pod("app-1", "False"), pod("app-2", "True")]],
    ["unhealthy", [{ metadata: { name: "app-1" }, status: {} }]],
  ])("is %s by %j", async (expected, pods) => {
    expect(await clusterThatSays(pods).health("app")).toBe(expected);
  });

  test("is asked of the part's own pods, and not for ever", async () => {
    const { health, asked } = clusterThatSays([]);
    await health("app");
    expect(asked).toEqual([
      [
        ...["--context", "lab", "--namespace", "orders", "get", "--raw"],
        "/api/v1/namespaces/orders/pods?labelSelector=app.kubernetes.io%2Finstance%3Dorders%2Capp.kubernetes.io%2Fcomponent%3Dapp",
        "--request-timeout=10s",
      ],
    ]);
  });
});

test.each([
  "E1123 memcache.go:265 couldn't get current server API group list\nUnable to connect to the server: net/http: TLS handshake timeout\n",
  "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?",
  'error: context "lab" does not exist',
])(
  "a cluster that says nothing of its pods is told, and not that they are absent: %s",
  async (said) => {
    const { exec, health } = clusterThatSays(refused(said));
    const last = said.trim().split("\n").at(-1)!;
    for (const asked of [health("app"), exec("app", ["true"])]) {
      const error = await asked.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Failure);
      expect((error as Error).message).toBe(
        `synfleet:kubernetes.context: got "lab", which does not answer: ${last}; allowed: a cluster that answers. ` +
          "What runs there may be well all the same. Look at what kubectl --context lab get --raw /readyz says, and run this again.",
      );
    }
  },
);

test("a program runs in the pod that stays", async () => {
  const pods = [pod("app-1", "True", "2026-11-23T00:00:00Z"), pod("app-2", "True")];
  const { exec, asked } = clusterThatSays(pods);
  expect(await exec("app", ["true"], "fence")).toEqual(ended("done"));
  expect(asked[1]).toEqual([
    ...["--context", "lab", "--namespace", "orders"],
    ...["exec", "app-2", "--container", "fence", "--", "true"],
  ]);
});

test("a part without a pod has none to run a program in", async () => {
  expect(await clusterThatSays([]).exec("app", ["true"])).toEqual({
    ...{ code: 1, stdout: "", stderr: "no pod of app is there" },
  });
});
