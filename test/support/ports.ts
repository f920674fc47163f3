import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** Below what the kernel itself gives to connections and to Docker, so that nothing takes a port between here and its use. */
const LOWEST = 10_240;
const COUNT = 22_000;
/** Files of tests that run side by side, at most. */
const LANES = 8;

/** Free ports of the loopback address. Tests that run side by side get different ones, each from a lane of its own. */
export async function freePorts(count: number): Promise<number[]> {
  const lane = Number(process.env["VITEST_POOL_ID"] ?? 0) % LANES;
  const held: Server[] = [];
  try {
    for (let tries = 0; held.length < count; tries++) {
      if (tries > 100 * count)
        throw new Error(`freePorts: ${held.length} of ${count} in ${tries} tries`);
      const port = LOWEST + randomInt(COUNT / LANES) * LANES + lane;
      const server = await listen(port);
      if (server) held.push(server);
    }
    return held.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
}

/** On the port, or nothing where somebody has it. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: "127.0.0.1" }, () => resolve(server));
  });
}
