import { request } from "node:https";
import type { TlsMaterial } from "../runtime.ts";

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One GET for JSON from another part of the stack, checked against the private CA. */
export function getJson(
  url: string,
  tls: TlsMaterial,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const call = request(url, { ...tls, headers, signal, agent: false });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        try {
          const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
          resolve({ status: response.statusCode ?? 0, body });
        } catch {
          reject(new Error(`HTTP ${response.statusCode} without JSON`));
        }
      });
    });
    call.end();
  });
}
