import { expect, test } from "vitest";
import type { HostLogin } from "../../components/host/wanted.ts";
import type { SwarmMemberInputs } from "../../components/swarm/wanted.ts";
import type { Ended } from "../host/error.ts";
import type { HostCommand } from "../host/scripts.ts";
import { parseNode, parsePlace, updatesOf } from "./facts.ts";
import { Members } from "./member.ts";

const login = (name: string): HostLogin => ({
  name,
  address: `${name}.lab`,
  user: "root",
  port: 22,
});
const [alpha, beta, gamma] = [login("alpha"), login("beta"), login("gamma")];
const TOKEN = "SWMTKN-1-canary";

interface Server {
  state: string;
  role?: string;
  labels: Record<string, string>;
}

/** Hosts with an engine each, of which all that are active are in one Swarm. */
class Lab {
  readonly servers: Record<string, Server> = {};
  readonly done: string[] = [];
  readonly words: string[] = [];

  constructor(...names: string[]) {
    for (const name of names) this.servers[name] = { state: "inactive", labels: {} };
  }

  readonly run = async (at: HostLogin, { words, input }: HostCommand): Promise<Ended> => {
    this.words.push(...words);
    const server = this.servers[at.name];
    if (!server) return { code: 255, stdout: "", stderr: "no route to host" };
    return { code: 0, stderr: "", stdout: this.#answer(at.name, server, words, input) };
  };

  #answer(name: string, server: Server, words: readonly string[], input = ""): string {
    const [script = "", given] = [words[2] ?? "", words.slice(4)];
    const isManager = server.state === "active" && server.role === "manager";
    if (script.includes("docker info"))
      return `${server.state}\n${server.state === "active" ? `id-${name}` : ""}\n${isManager}\n${name}.lab:2377\n`;
    if (script.includes("node inspect") && !script.includes("node rm")) {
      const node = this.servers[given[0]!.replace("id-", "")]!;
      return node.role ? `${node.role}\nready\n${JSON.stringify(node.labels)}\n` : "";
    }
    if (script.includes("join-token")) return `${TOKEN}-${given[0]}\n`;
    if (script.includes("swarm init")) return this.#become(name, "manager", "init");
    if (words[0] === "/usr/bin/perl") {
      const { JoinToken, RemoteAddrs } = JSON.parse(input) as {
        JoinToken: string;
        RemoteAddrs: string[];
      };
      return this.#become(name, JoinToken.split("-").at(-1)!, `join ${RemoteAddrs.join()}`);
    }
    const what = script.match(/docker (node rm|node update|swarm leave)/)![0];
    this.done.push([`${name}:`, what, ...given].join(" "));
    if (script.includes("swarm leave"))
      Object.assign(server, { state: "inactive", role: undefined });
    if (script.includes("node update")) {
      const [id, role, ...labels] = given;
      const node = this.servers[id!.replace("id-", "")]!;
      node.role = role!;
      const kept = Object.entries(node.labels).filter(([key]) => !labels.includes(`-${key}`));
      const added = labels.filter((label) => label.startsWith("+"));
      node.labels = Object.fromEntries([
        ...kept,
        ...added.map((label) => label.slice(1).split("=") as [string, string]),
      ]);
    }
    return "";
  }

  #become(name: string, role: string, how: string): string {
    this.done.push(`${name}: ${how}`);
    Object.assign(this.servers[name]!, { state: "active", role });
    return "";
  }
}

const wanted = (
  at: HostLogin,
  managers: readonly HostLogin[],
  more: Partial<SwarmMemberInputs> = {},
): SwarmMemberInputs => ({
  ...{ login: at, managers, founds: false, address: `${at.name}.lab`, role: "manager" },
  ...{ labels: { host: at.name }, state: "ready", ...more },
});
const members = (lab: Lab) => new Members(() => undefined, lab.run);

test("the first begins a Swarm, the others join it, and the token is in no state and no command", async () => {
  const lab = new Lab("alpha", "beta");
  const first = await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  const second = await members(lab).ensure(wanted(beta, [alpha], { role: "worker" }));
  expect(lab.done).toEqual([
    "alpha: init",
    "alpha: docker node update id-alpha manager +host=alpha",
    "beta: join alpha.lab:2377",
    "alpha: docker node update id-beta worker +host=beta",
  ]);
  expect([first.made, second.made, second.nodeId]).toEqual([true, true, "id-beta"]);
  expect(JSON.stringify([first, second, lab.words])).not.toContain(TOKEN);
});

test("one that would begin a Swarm joins that of the others where there is one", async () => {
  const lab = new Lab("alpha", "beta");
  lab.servers["beta"] = { state: "active", role: "manager", labels: {} };
  await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  expect(lab.done[0]).toBe("alpha: join beta.lab:2377");
});

test("none is begun while one of the others does not answer: it may be in theirs already", async () => {
  const lab = new Lab("alpha", "gamma");
  await expect(
    members(lab).ensure(wanted(alpha, [beta, gamma], { founds: true })),
  ).rejects.toMatchObject({
    message: expect.stringMatching(
      /alpha .*: got no answer of beta, whether it is in a Swarm; allowed: .*forget-host beta/,
    ),
  });
  expect(lab.done).toEqual([]);
});

test("nothing is done to one that is as it has to be, and one that was a member before stays one", async () => {
  const lab = new Lab("alpha", "beta");
  lab.servers["alpha"] = {
    state: "active",
    role: "manager",
    labels: { host: "alpha", theirs: "1" },
  };
  const state = await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  expect(lab.done).toEqual([]);
  await members(lab).remove(state);
  expect(lab.done).toEqual(["alpha: docker node update id-alpha manager -host"]);
  expect(lab.servers["alpha"]).toMatchObject({ state: "active", labels: { theirs: "1" } });
});

test("what somebody changed is read in the form of what is wanted", async () => {
  const lab = new Lab("alpha", "beta");
  const state = await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  await members(lab).ensure(wanted(beta, [alpha]));
  expect(await members(lab).read(state)).toEqual(state);
  Object.assign(lab.servers["alpha"]!, { role: "worker", labels: { theirs: "1" } });
  expect(await members(lab).read(state)).toEqual({ ...state, role: "worker", labels: {} });
  lab.servers["alpha"] = { state: "inactive", labels: {} };
  expect(await members(lab).read(state)).toMatchObject({ state: "none", nodeId: "id-alpha" });
});

test("one that was taken out of its Swarm joins it again, and what it was there is forgotten first", async () => {
  const lab = new Lab("alpha", "beta");
  await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  const state = await members(lab).ensure(wanted(beta, [alpha]));
  lab.servers["beta"] = { state: "inactive", labels: {} };
  lab.done.length = 0;
  const found = await members(lab).read(state);
  expect((await members(lab).ensure(wanted(beta, [alpha]), found)).made).toBe(true);
  expect(lab.done.slice(0, 2)).toEqual([
    "alpha: docker node rm id-beta",
    "beta: join alpha.lab:2377",
  ]);
});

test("managers that elect a leader are asked again", async () => {
  const lab = new Lab("alpha", "beta");
  let refusals = 2;
  const run: Lab["run"] = (at, command) =>
    command.words[2]?.includes("node update") && refusals-- > 0
      ? Promise.resolve({ code: 1, stdout: "", stderr: "rpc error: node lost leader status" })
      : lab.run(at, command);
  await new Members(() => undefined, run).ensure(wanted(alpha, [beta], { founds: true }));
  expect(lab.done).toEqual([
    "alpha: init",
    "alpha: docker node update id-alpha manager +host=alpha",
  ]);
});

test("members leave one by one, the last manager by force", async () => {
  const lab = new Lab("alpha", "beta");
  const first = await members(lab).ensure(wanted(alpha, [beta], { founds: true }));
  const second = await members(lab).ensure(wanted(beta, [alpha]));
  lab.done.length = 0;
  await members(lab).remove(second);
  await members(lab).remove(first);
  expect(lab.done).toEqual([
    "alpha: docker node update id-beta worker",
    "beta: docker swarm leave",
    "alpha: docker node rm id-beta",
    "alpha: docker swarm leave --force",
  ]);
});

test.each<[string, Partial<Server>, RegExp]>([
  ["nobody admits it", {}, /host gamma .*no manager of a Swarm among alpha, beta; allowed: /],
  ["its Swarm is locked", { state: "locked" }, /a place in a Swarm that is "locked"/],
])("it is refused where %s", async (_, server, message) => {
  const lab = new Lab("gamma");
  Object.assign(lab.servers["gamma"]!, server);
  await expect(members(lab).ensure(wanted(gamma, [alpha, beta]))).rejects.toThrow(message);
  expect(lab.done).toEqual([]);
});

test("answers are read", () => {
  expect(parsePlace("active\nid\ntrue\n192.0.2.1:2377\n")).toEqual({
    ...{ state: "active", nodeId: "id", isManager: true, address: "192.0.2.1:2377" },
  });
  expect(parseNode("worker\ndown\nnull\n")).toEqual({ role: "worker", isReady: false, labels: {} });
  expect(parseNode("")).toBeUndefined();
  const node = { role: "worker", isReady: true, labels: { a: "1", b: "1", c: "1" } } as const;
  expect(updatesOf(node, { a: "1", b: "2" }, ["c", "d"])).toEqual(["+b=2", "-c"]);
});
