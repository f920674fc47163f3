import { expect, test } from "vitest";
import type { Outputs } from "../../../commands/support/stack.ts";
import { dashboards, type Dashboard } from "../../../components/monitoring/dashboards.ts";
import { until } from "../../support/until.ts";
import { ask } from "./https.ts";

/** One query of a panel. */
export interface PanelQuery {
  /** The dashboard's title and the panel's. */
  readonly panel: string;
  readonly expr: string;
}

export function panelQueries(given: readonly Dashboard[]): PanelQuery[] {
  return given.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.queries.map(({ expr }) => ({ panel: `${title}: ${panel.title}`, expr })),
    ),
  );
}

/**
 * Queries without a result, and those that Prometheus refuses with the reason. A result that is not a number counts:
 * it is the average of nothing, which a system has that nobody uses at the moment.
 * @param ask gives the series that Prometheus answers with
 */
export async function panelsWithoutData(
  queries: readonly PanelQuery[],
  ask: (expr: string) => Promise<readonly unknown[]>,
): Promise<string[]> {
  const missing: string[] = [];
  for (const { panel, expr } of queries) {
    try {
      if ((await ask(expr)).length === 0) missing.push(`${panel} has no data: ${expr}`);
    } catch (error) {
      missing.push(`${panel}: ${error instanceof Error ? error.message : String(error)}: ${expr}`);
    }
  }
  return missing;
}

/** Registers the test that a healthy system leaves no panel empty, whether or not it has a Grafana. */
export function dashboardChecks(outputs: () => Outputs): void {
  test("every panel of the dashboards about what is scraped has data", async () => {
    const { caCertificate, credentials, endpoints } = outputs();
    const get = async (path: string) => {
      const given = { ca: caCertificate, ...credentials.statistics };
      const { status, text } = await ask(`${String(endpoints["prometheus"])}${path}`, given);
      if (status !== 200) throw new Error(`Prometheus answers ${status}: ${text}`);
      return JSON.parse(text).data;
    };
    const series = async (expr: string) =>
      (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`)).result as unknown[];

    const targets = (await get("/api/v1/targets?state=active")).activeTargets as any[];
    const jobs = [...new Set(targets.map(({ labels }) => labels.job as string))];
    const shown = dashboards(jobs);
    expect(jobs.length).toBeGreaterThan(2);
    expect(jobs.filter((job) => !shown.some((one) => one.jobs.includes(job)))).toEqual([]);
    let left = panelQueries(shown);
    // A rate is known after the second scrape. What has had data once need not be asked again.
    await until(
      "data in every panel",
      async () => {
        const missing = await panelsWithoutData(left, series);
        if (missing.length === 0) return true;
        left = left.filter(({ expr }) => missing.some((line) => line.endsWith(`: ${expr}`)));
        await new Promise((resolve) => setTimeout(resolve, 2000));
        throw new Error(missing.join("; "));
      },
      { seconds: 150 },
    );
  });
}
