import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect, reach } from "./client.ts";
import { parseConnection } from "./connection.ts";

let directory: string;
let server: Server;
let connections = 0;

/** An `ssh` that joins its standard streams to a socket, as `docker system dial-stdio` would on the other side. */
const fakeSsh = (socket: string) => `#!${process.execPath}
const socket = require("node:net").connect(${JSON.stringify(socket)});
process.stdin.pipe(socket).pipe(process.stdout);
socket.on("close", () => process.exit(0));
`;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "ssh-test-"));
  // Whatever package the folder of temporary files belongs to, if any.
  writeFileSync(join(directory, "package.json"), '{ "type": "commonjs" }');
  const socket = join(directory, "docker.sock");
  connections = 0;
  server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(request.url === "/_ping" ? "OK" : JSON.stringify({ url: request.url }));
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const program = join(directory, "ssh");
  writeFileSync(program, fakeSsh(socket));
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${directory}${delimiter}${process.env["PATH"]}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

test("requests travel over the machine's ssh, one after the other on one connection", async () => {
  const connection = parseConnection({ host: "ssh://root@remote" }, {})!;
  const docker = await connect(connection);
  await reach(docker, connection);
  expect(await docker.info()).toEqual({ url: "/info" });
  expect(await docker.version()).toEqual({ url: "/version" });
  expect(connections).toBe(1);
});

test("what ssh complains about is in the error", async () => {
  writeFileSync(join(directory, "ssh"), "#!/bin/sh\necho 'no route to host' >&2; exit 255\n");
  const connection = parseConnection({ host: "ssh://root@remote" }, {})!;
  await expect(reach(await connect(connection), connection)).rejects.toThrow(
    /Docker at ssh:\/\/root@remote does not answer: .*no route to host/,
  );
});
