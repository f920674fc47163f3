import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { freePorts } from "../../../test/support/ports.ts";
import { foreignOwners, preflight } from "./preflight.ts";

const container = (name: string, fleet: string, ...ports: number[]) => ({
  Names: [`/${name}`],
  Labels: { "org.synfleet.fleet": fleet },
  Ports: ports.map((PublicPort) => ({ PublicPort })),
});
const wanted = [
  { key: "ports.read", host: "local", port: 5001 },
  { key: "ports.write", host: "local", port: 5002 },
];

describe("ports that containers have published", () => {
  test.each([
    ["nobody's", [], []],
    ["ours", [container("mine-balancer", "mine", 5001, 5002)], []],
    ["another fleet's", [container("other-balancer", "other", 5002)], ["ports.write"]],
    [
      "a container's without labels",
      [{ Names: ["/redis"], Labels: {}, Ports: [{}, { PublicPort: 5001 }] }],
      ["ports.read"],
    ],
    ["inner ports alone", [{ Names: ["/redis"], Labels: {}, Ports: [{}] }], []],
  ])("%s", (_, containers, keys) => {
    expect([...foreignOwners(wanted, containers, "mine").keys()]).toEqual(keys);
  });

  test("are told with their owner and the way out", () => {
    const found = foreignOwners(wanted, [container("other-balancer", "other", 5001)], "mine");
    expect(found.get("ports.read")).toBe(
      "got 5001, which container other-balancer of host local has published; allowed: a free port. " +
        "Stop that container or set another port.",
    );
  });
});

describe("preflight", () => {
  let folder: string;
  let engine: Server;
  let answer: { status: number; body: string };
  let hosts: { name: string; engine: string }[];
  const asked: (string | undefined)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "synfleet-docker-"));
    answer = { status: 200, body: "[]" };
    asked.length = 0;
    engine = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(answer.status).end(answer.body);
    });
    const socket = join(folder, "docker.sock");
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    hosts = [{ name: "local", engine: `unix://${socket}` }];
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await new Promise((resolve) => engine.close(resolve));
    await rm(folder, { recursive: true });
  });

  const check = (port: number) =>
    preflight(hosts, [{ key: "ports.read", host: "local", port }], { name: "mine" });

  test("passes where the engine answers and the ports are free", async () => {
    const [port] = await freePorts(1);
    await check(port!);
    expect(asked).toEqual(["/containers/json"]);
  });

  test("tells a port that another program listens on, unless it is this deployment's own", async () => {
    const program = await listen();
    const { port } = program.address() as AddressInfo;
    try {
      await expect(check(port)).rejects.toThrow(
        `Nothing was changed.\n  synfleet:ports.read: got ${port}, which another program of host local listens on; ` +
          `allowed: a free port. Stop that program (ss -ltnp 'sport = :${port}') or set another port.`,
      );
      answer.body = JSON.stringify([container("mine-balancer", "mine", port)]);
      await check(port);
    } finally {
      program.close();
    }
  });

  test("tells a port that another deployment's container has", async () => {
    const [port] = await freePorts(1);
    answer.body = JSON.stringify([container("other-balancer", "other", port!)]);
    await expect(check(port!)).rejects.toThrow(/container other-balancer of host local/);
  });

  test("tells an engine that refuses, and one that is not there", async () => {
    answer = { status: 500, body: "no disk\n" };
    await expect(check(1)).rejects.toThrow(
      /Docker Engine of host local: got status 500 no disk; it must be running at unix:\/\/.*docker\.sock\. Start it/,
    );
    hosts = [{ name: "local", engine: `unix://${folder}/nothing.sock` }];
    await expect(check(1)).rejects.toThrow(/Docker Engine of host local: got .*ENOENT/);
  });

  test("tells a host that is not reached, and a preview only warns of it", async () => {
    const [port] = await freePorts(1);
    hosts = [{ name: "local", engine: `ssh://root@127.0.0.1:${port}` }];
    await expect(check(1)).rejects.toThrow(
      /Nothing was changed.\n {2}host local \(ssh:\/\/root@127\.0\.0\.1:\d+\): got "ssh: .*refused"; allowed: one that answers over SSH/,
    );
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await check(1);
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^host local .* An up/));
    expect(asked).toEqual([]);
  });
});

function listen(): Promise<TcpServer> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen({ port: 0, host: "127.0.0.1" }, () => resolve(server));
  });
}
