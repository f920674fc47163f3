import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import { resolution } from "../../../components/balancer/servers.ts";
import { imageTag } from "../../../images/inputs.ts";
import { Bench, until } from "./bench.ts";

const WRITE = 5001;
const READ = 5002;

const bench = new Bench();

// Only that a member can be connected to is asked here, and a second server takes over its checks as in the services.
const sections = `backend write
  default-server ${resolution} inter 500ms fastinter 500ms fall 2 rise 1
  server member member:5432 check
backend read
  default-server ${resolution}
  server member member:5432 track write/member
frontend write
  bind :${WRITE}
  default_backend write
frontend read
  bind :${READ}
  default_backend read
`;

beforeAll(() => bench.start(), 240_000);
afterAll(async () => {
  await bench.docker("rm", "--force", bench.name("member"));
  await bench.stop();
}, 60_000);

test("a client of a member that falls silent is told so, also one that came while nobody knew yet", async () => {
  const content = haproxyConf({
    sections: [sections],
    statisticsUser: "statistics",
    statisticsPassword: "s",
  });
  await bench.container(
    "balancer",
    "balancer",
    [...(await bench.certificate("balancer")), { path: "haproxy.cfg", content, secret: true }],
    [WRITE, READ],
  );
  await bench.docker(
    ...["run", "--detach", "--rm", "--name", bench.name("member"), "--user", "0"],
    ...["--network", bench.prefix, "--network-alias", "member", "--tmpfs", "/run"],
    ...["--entrypoint", "socat", imageTag("balancer"), "TCP-LISTEN:5432,fork", "EXEC:cat"],
  );
  await until(
    async () => /member is UP/.test(await bench.logs("balancer")),
    "the member to be found up",
    20_000,
  );
  const ports = [await bench.port("balancer", WRITE), await bench.port("balancer", READ)];
  const clients = ports.map((port) => new Client(port));
  for (const client of clients) await until(async () => client.answered, "an answer");

  const before = (await bench.logs("balancer")).length;
  const isDown = async () =>
    /write\/member is DOWN/.test((await bench.logs("balancer")).slice(before));
  await bench.docker("network", "disconnect", "--force", bench.prefix, bench.name("member"));
  while (!(await isDown())) clients.push(...ports.map((port) => new Client(port)));
  expect(clients.length).toBeGreaterThan(4);
  await until(async () => clients.every(({ ended }) => ended), "the end of every session", 15_000);
}, 90_000);

/** Sends a word, and would wait for its answer for ever. */
class Client {
  answered = false;
  ended = false;
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1", () => this.#socket.write("word"));
    this.#socket.on("data", () => (this.answered = true));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => (this.ended = true));
  }
}
