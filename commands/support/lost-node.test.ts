import { describe, expect, test } from "vitest";
import type { Reached, StateResource } from "./lost-host.ts";
import { nodeIn, takeOut, verdictOn, type Ask, type LostNode } from "./lost-node.ts";

const at = (name: string): Reached => ({ engine: `ssh://root@${name}`, sshOptions: [] });
const lost: LostNode = {
  ...{ host: "beta", id: "id-beta", services: ["shop-b", "shop-balancer-beta"] },
  managers: new Map([
    ["alpha", at("alpha")],
    ["gamma", at("gamma")],
  ]),
};
const done = { code: 0, stderr: "" };

/** Managers that say so, and what was asked of them but for looks. */
function managers(nodes: Readonly<Record<string, string>>, services: readonly string[] = []) {
  const asked: string[] = [];
  const ask: Ask = async ({ engine }, words) => {
    const text = words.join(" ");
    if (text.startsWith("node ls")) {
      const told = nodes[engine.slice("ssh://root@".length)];
      if (told !== undefined) return { ...done, stdout: told };
      return { code: 1, stdout: "", stderr: "Error response\nThe swarm does not have a leader.\n" };
    }
    if (text.startsWith("service ls")) return { ...done, stdout: services.join("\n") };
    asked.push(`${engine} ${text}`);
    return { ...done, stdout: "" };
  };
  return { ask, asked };
}

describe("a lost node", () => {
  test("is asked of the other managers alone, and what was pinned to it is told by the state", () => {
    const member = (name: string, role: string): StateResource => ({
      ...{
        urn: `urn:pulumi:a::b::c::platform-${name}-member`,
        type: "synfleet-hosts:swarm:Member",
      },
      ...{ inputs: { login: { name }, role }, outputs: { nodeId: `id-${name}` } },
    });
    const provider = (name: string): StateResource => ({
      ...{ urn: `urn:pulumi:a::b::c::platform-${name}`, type: "pulumi:providers:docker" },
      inputs: { host: `ssh://root@${name}` },
    });
    const service: StateResource = {
      ...{ urn: "urn:pulumi:a::b::c::b", type: "docker:index/service:Service" },
      inputs: { name: "shop-b" },
    };
    const platform = { urn: "urn:pulumi:a::b::c::platform", type: "synfleet:platform:Swarm" };
    const members = [member("alpha", "manager"), member("beta", "manager"), member("d", "worker")];
    const resources = [platform, ...["alpha", "beta", "d"].map(provider), ...members, service];
    expect(nodeIn({ resources }, "beta", [members[1]!, service])).toEqual({
      ...{ host: "beta", id: "id-beta", services: ["shop-b"] },
      managers: new Map([["alpha", at("alpha")]]),
    });
  });

  test("that manages is demoted before it is removed, after the services that are still there", async () => {
    const { ask, asked } = managers(
      { gamma: "id-alpha Down Unreachable\nid-beta Down Unreachable\nid-gamma Ready Leader\n" },
      ["shop-b", "shop-a"],
    );
    const verdict = await verdictOn(lost, ask);
    expect(verdict).toEqual({ at: at("gamma"), role: "manager" });
    await takeOut(lost, verdict, ask);
    expect(asked).toEqual([
      "ssh://root@gamma service rm shop-b",
      "ssh://root@gamma node demote id-beta",
      "ssh://root@gamma node rm --force id-beta",
    ]);
  });

  test("that works is removed", async () => {
    const { ask, asked } = managers({ alpha: "id-alpha Ready Leader\nid-beta Down \n" });
    await takeOut(lost, await verdictOn(lost, ask), ask);
    expect(asked).toEqual(["ssh://root@alpha node rm --force id-beta"]);
  });

  test("that is out already is nobody's concern", async () => {
    const { ask, asked } = managers({ alpha: "id-alpha Ready Leader\n" });
    await takeOut(lost, await verdictOn(lost, ask), ask);
    expect(asked).toEqual([]);
  });

  test.each<[string, Partial<LostNode>, Record<string, string>, string]>([
    [
      "the managers still hear it",
      {},
      { alpha: "id-beta Ready Reachable\n" },
      "the managers of the Swarm see beta as Ready; allowed: a host that they see as Down.",
    ],
    [
      "most managers are lost",
      {},
      {},
      "got no manager of the Swarm that can take beta out of it (alpha: The swarm does not have a leader.; gamma: The swarm does not have a leader.); allowed: a Swarm of which most managers are at work. Bring one of them back; where most are lost for good, run docker swarm init --force-new-cluster",
    ],
    [
      "nobody else manages",
      { managers: new Map() },
      {},
      "beta is the only manager of its Swarm; allowed: a host whose Swarm has other managers",
    ],
  ])("is refused where %s", async (_, changes, nodes, message) => {
    const { ask, asked } = managers(nodes);
    await expect(verdictOn({ ...lost, ...changes }, ask)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });

  test("of which a step fails is told so, and stays in the state", async () => {
    const ask: Ask = async (_, [what]) =>
      what === "node"
        ? { code: 1, stdout: "", stderr: "update out of sequence\n" }
        : { ...done, stdout: "" };
    await expect(takeOut(lost, { at: at("alpha"), role: "worker" }, ask)).rejects.toThrow(
      "docker node rm --force id-beta failed on a manager: update out of sequence; beta is still in the state. Run this again.",
    );
  });
});
