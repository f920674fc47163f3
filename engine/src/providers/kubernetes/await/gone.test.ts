/** The wait for an object to go, against a server that answers in the order that is asked for here. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Call, PropertyMap } from "../../../provider.ts";
import { Client } from "../client.ts";
import { Cluster } from "../cluster.ts";
import { Watches } from "../watch.ts";
import { untilGone } from "./run.ts";

const object: PropertyMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop", uid: "1", resourceVersion: "7" },
};

type Answer = "there" | "gone";

/** Answers each look at the object as told, the last answer for ever; `isListed` as to whether a list still has it. */
async function serve(gets: readonly Answer[], isListed: boolean) {
  const left = [...gets];
  const watchers: ServerResponse[] = [];
  const answer = (response: ServerResponse, code: number, body: unknown): void => {
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://server");
    if (url.searchParams.has("watch")) {
      response.writeHead(200).flushHeaders();
      watchers.push(response);
    } else if (url.pathname.endsWith("/configmaps"))
      answer(response, 200, {
        metadata: { resourceVersion: "9" },
        items: isListed ? [object] : [],
      });
    else {
      const isThere = (left.length > 1 ? left.shift() : left[0]) === "there";
      answer(response, isThere ? 200 : 404, isThere ? object : { code: 404, reason: "NotFound" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const chosen = { cluster: { server: `http://127.0.0.1:${port}` }, user: {}, namespace: "" };
  const cluster = new Cluster(new Client(chosen as never));
  return { cluster, watchers };
}

function newCall() {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  return { signal: over.signal, log: () => undefined } as unknown as Call;
}

const LONG_SECONDS = 600;

test("an object that goes between the first look and the list is known to be gone", async () => {
  const { cluster } = await serve(["there", "gone"], false);
  await untilGone(newCall(), cluster, new Watches(cluster), object, LONG_SECONDS);
});

test("an object that goes after the list is known to be gone by the watch", async () => {
  const { cluster, watchers } = await serve(["there", "there", "gone"], true);
  const gone = untilGone(newCall(), cluster, new Watches(cluster), object, LONG_SECONDS);
  await expect.poll(() => watchers.length).toBe(1);
  watchers[0]!.write(`${JSON.stringify({ type: "DELETED", object })}\n`);
  await gone;
});

test("an object that stays is named when the time is over", async () => {
  const { cluster } = await serve(["there"], true);
  const gone = untilGone(newCall(), cluster, new Watches(cluster), object, 0.2);
  await expect(gone).rejects.toThrow("timed out waiting for the condition");
});
