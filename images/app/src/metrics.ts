import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Health, Mode } from "./health.ts";

/** Request and error figures under the names that Spring Boot gives them, so that one dashboard shows both. */
export class Metrics {
  readonly #registry = new Registry();
  readonly requests: Histogram<"method" | "uri" | "status">;
  readonly retries: Counter<"component">;
  readonly #up: Gauge<"component">;

  constructor(mode: Mode) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.requests = new Histogram({
      name: "http_server_requests_seconds",
      help: "Time from a request to its answer.",
      labelNames: ["method", "uri", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.retries = new Counter({
      name: "app_retries_total",
      help: "Requests to a server that were tried again, by component.",
      labelNames: ["component"],
      registers,
    });
    this.#up = new Gauge({
      name: "app_component_up",
      help: "Whether a component answered when health was last asked.",
      labelNames: ["component"],
      registers,
    });
    const info = new Gauge({
      name: "app_info",
      help: "How this instance is deployed.",
      labelNames: ["mode"],
      registers,
    });
    info.set({ mode }, 1);
    for (const component of ["db", "redis"]) this.retries.inc({ component }, 0);
  }

  saw({ components }: Health): void {
    for (const [component, { status }] of Object.entries(components)) {
      this.#up.set({ component }, status === "UP" ? 1 : 0);
    }
  }

  async text(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
