import type { ErrorHandler, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { errorText, type Log } from "./log.ts";

/** An error body as in RFC 9457, plus members of its own. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [extra: string]: unknown;
}

export function problem(status: number, title: string, detail: string, extra = {}): Response {
  const body: Problem = { title, status, detail, ...extra };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

/** A part the answer depends on is away; the caller may try again. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** The one place where errors become answers. */
export function errorHandler(log: Log): ErrorHandler {
  return (error, context) => {
    if (error instanceof HTTPException) {
      return problem(error.status, "Request refused", error.message);
    }
    if (error instanceof Unavailable) return problem(503, "Not available now", error.message);
    log("error", "request failed", { path: context.req.path, error: errorText(error) });
    return problem(500, "Internal error", "See the log of this manager.");
  };
}

/** What a path that does not exist answers: the ones that do. */
export function notFound(app: Hono, path: string): Response {
  const exists = app.routes
    .filter((route) => route.method !== "ALL")
    .map((route) => `${route.method} ${route.path}`);
  return problem(404, "No such path", `${path} does not exist here.`, { exists });
}
