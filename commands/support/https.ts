import { request, type RequestOptions } from "node:https";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One HTTPS request that trusts the deployment's authority alone. */
export function get(url: string, ca: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca, timeout: 5000, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on("timeout", () => call.destroy(new Error(`${url}: no answer within 5 s`)));
    call.on("error", reject);
    call.end();
  });
}
