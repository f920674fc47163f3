import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

/** Lets requests through that carry the bearer token; `open` paths need none. */
export function bearerAuth(token: () => string, open: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    if (open.includes(context.req.path)) return next();
    const given = /^Bearer +(\S+) *$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (given !== undefined && sameText(given, token())) return next();
    const answer = problem(401, "Not authorised", "Send the header Authorization: Bearer TOKEN.");
    answer.headers.set("www-authenticate", 'Bearer realm="synfleet"');
    return answer;
  };
}

/** Compares digests, so that neither content nor length shows in the time taken. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
