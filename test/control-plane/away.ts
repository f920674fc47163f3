/** What a system does while parts of the cluster that it runs on are away, whichever system that is. */
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { Pods } from "../kubernetes/pods.ts";
import type { OnCluster } from "../kubernetes/stack.ts";
import type { Ledger } from "../support/ledger.ts";
import { until } from "../support/until.ts";
import { withoutApiServer, withoutKubelet } from "./node.ts";
import { withNameServer } from "./name-server.ts";

/** A system and a client of it. */
export interface Watched {
  readonly cluster: OnCluster;
  readonly writer: (name: string) => Ledger & { lost(): Promise<readonly number[]> };
  /** Who leads, and what changes when the lead changes hands. */
  readonly lead: () => Promise<unknown>;
}

const API_SERVER_AWAY_MS = 120_000;
const KUBELET_AWAY_MS = 90_000;

export function awayChecks(name: string, watched: () => Watched): void {
  /** Each pod with how often its containers were started again. */
  const pods = async () => {
    const { cluster } = watched();
    const text = await cluster.kubectl(
      ...["get", "pods", "--output"],
      String.raw`jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[*].restartCount}{"\n"}{end}`,
    );
    return text.split("\n").filter(Boolean).sort();
  };
  const settled = () => until("who leads", () => watched().lead(), { seconds: 120 });

  test(`${name} takes writes without an API server, and nobody takes the lead`, async () => {
    const before = { lead: await settled(), pods: await pods() };
    const writer = watched().writer("no api server");
    const seconds = await writer.gapDuring(() =>
      withoutApiServer(async () => {
        const [{ code, stdout, stderr }] = await Promise.all([
          new Pods(watched().cluster).command("status"),
          setTimeout(API_SERVER_AWAY_MS),
        ]);
        expect(code).toBe(1);
        expect(stdout + stderr).toContain(
          `got "${watched().cluster.context}", which does not answer`,
        );
        expect(stdout).not.toContain("absent");
        await writer.progress(20);
      }),
    );
    console.log(`${name}, two minutes without an API server: ${seconds} s without writes`);
    expect(await until("what is there", () => writer.lost(), { seconds: 120 })).toEqual([]);
    expect({ lead: await settled(), pods: await pods() }).toEqual(before);
  }, 600_000);

  test(`${name} takes writes without a kubelet until its node is given up, and again when that is back, in the same pods`, async () => {
    const { cluster } = watched();
    const before = { lead: await settled(), pods: await pods() };
    const writer = watched().writer("no kubelet");
    const seconds = await writer.gapDuring(() =>
      withNameServer(cluster, () =>
        withoutKubelet(async () => {
          const since = performance.now();
          const told = (what: string) =>
            console.log(
              `${name}, ${Math.round((performance.now() - since) / 1000)} s without a kubelet: ${what}`,
            );
          await writer.progress(20);
          const of = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}";
          await until(
            "a node that is given up",
            async () =>
              (await cluster.kubectl("get", "nodes", "--output", of)) === "Unknown" || undefined,
            { seconds: 120 },
          );
          told("its node is not ready");
          await until(
            "no way in for clients",
            async () => (await ready(cluster)).every((one) => one === "false") || undefined,
            { seconds: 120 },
          );
          told("no Service leads to it");
          await setTimeout(Math.max(0, KUBELET_AWAY_MS - (performance.now() - since)));
          told(`${writer.acknowledged.length} writes by now`);
        }),
      ),
    );
    console.log(`${name}, without a kubelet and until all was back: ${seconds} s without writes`);
    await cluster.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s");
    // All but what has run to its end.
    const running = ["pod", "--field-selector", "status.phase!=Succeeded"];
    await cluster.kubectl("wait", "--for=condition=Ready", ...running, "--timeout=180s");
    expect(await until("what is there", () => writer.lost(), { seconds: 120 })).toEqual([]);
    expect({ lead: await settled(), pods: await pods() }).toEqual(before);
  }, 900_000);
}

/** Whether each pod behind the balancer's Service is given to clients. */
async function ready(cluster: OnCluster): Promise<string[]> {
  const text = await cluster.kubectl(
    ...["get", "endpointslices", "--selector", "kubernetes.io/service-name=balancer-clients"],
    ...["--output", "jsonpath={.items[*].endpoints[*].conditions.ready}"],
  );
  return text.split(" ");
}
