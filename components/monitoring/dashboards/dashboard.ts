/** How Grafana writes numbers; the names are its own. */
export type Unit = "none" | "short" | "percentunit" | "s" | "bytes" | "Bps" | "ops" | "reqps";

/** One line, or one line for each label set, in a panel. */
export interface Query {
  /** PromQL that has a result on a healthy system, also on an idle one: what counts trouble says 0 rather than nothing. */
  readonly expr: string;
  /** Grafana's notation: `{{member}}` is a label. */
  readonly legend: string;
}

/** A picture on a dashboard. */
export interface Panel {
  readonly title: string;
  /** What is shown, and what a good value is. */
  readonly description: string;
  readonly unit: Unit;
  /** `number`: the latest value alone; `lines`: what it was over time. */
  readonly kind: "number" | "lines";
  readonly queries: readonly Query[];
}

/** A page of Grafana. It is only there when all of its jobs are scraped. */
export interface Dashboard {
  /** Last part of its address and name of its file. Bookmarks keep it, so it does not change. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Values of the `job` label whose series it shows. */
  readonly jobs: readonly string[];
  readonly panels: readonly Panel[];
}

type Text = Pick<Panel, "title" | "description">;

/** A panel with the latest value of an expression. */
export function number(expr: string, unit: Unit, text: Text): Panel {
  return { ...text, unit, kind: "number", queries: [{ expr, legend: text.title }] };
}

/** A panel with a line for each label set: `queries` are expressions by legend. */
export function lines(queries: Readonly<Record<string, string>>, unit: Unit, text: Text): Panel {
  return {
    ...text,
    unit,
    kind: "lines",
    queries: Object.entries(queries).map(([legend, expr]) => ({ expr, legend })),
  };
}
