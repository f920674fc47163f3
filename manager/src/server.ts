import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { type Server, createServer } from "node:https";
import type { TlsMaterial } from "./runtime.ts";

export interface Listener {
  /** New connections get the new certificate; open ones go on. */
  useCertificate(tls: TlsMaterial): void;
  close(): Promise<void>;
}

/** Listens with an app over HTTPS. */
export async function listen(
  app: Hono,
  address: { host: string; port: number },
  tls: TlsMaterial,
): Promise<Listener> {
  const options = secureOptions(tls);
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: options,
  }) as Server;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    useCertificate: (next) => server.setSecureContext(secureOptions(next)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

function secureOptions({ cert, key }: TlsMaterial) {
  return { cert, key, minVersion: "TLSv1.2" as const };
}
