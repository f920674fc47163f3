import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsMaterial } from "../runtime.ts";

/** PostgreSQL's SSLRequest message: length 8, code 80877103. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Succeeds when a PostgreSQL server answers behind the address and shows a certificate of the CA for
 * that name. It ends after the handshake: no login, so no password is needed and nothing is logged.
 */
export function probePostgres(
  host: string,
  port: number,
  tls: TlsMaterial,
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port });
    const timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("connection closed: no server behind it?")));
    socket.once("connect", () => socket.write(sslRequest));
    socket.once("data", (answer) => {
      if (answer.toString("latin1") !== "S") {
        fail(new Error("what answers is no PostgreSQL with TLS"));
        return;
      }
      const secure = connectTls({
        ...tls,
        socket,
        host,
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });
      secure.on("error", fail);
      secure.once("secureConnect", () => {
        clearTimeout(timer);
        secure.end();
        resolve();
      });
    });
  });
}
