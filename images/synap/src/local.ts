/** One request to the supervisor of this container. */
import { request } from "node:http";
import { jsonOf } from "./peers.ts";
import { paths } from "./settings.ts";

export async function ask<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: paths.control, method, path }, (response) => {
      jsonOf(response, "the supervisor").then((answer) => resolve(answer as T), reject);
    });
    call.on("error", () => reject(new Error("the supervisor of this member does not answer yet")));
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
