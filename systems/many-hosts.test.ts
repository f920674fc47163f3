import { expect, test } from "vitest";
import { DockerPlatform } from "../components/platform/docker/docker.ts";
import { parseSettings } from "../settings/read.ts";
import { deploy, providerOutputs } from "../test/support/deploy.ts";
import { toldOf } from "./placement.ts";
import { Synap } from "./synap.ts";
import { SynapseDB } from "./synapsedb.ts";
import { Synaxic } from "./synaxic.ts";

/** Three members on as many of the hosts, of which the others are watched and have room. */
async function render(system: string, count: number) {
  const hosts = Array.from({ length: count }, (_, index) => ({
    ...{ name: `host${index + 1}`, address: `10.0.0.${index + 1}` },
    ssh: { hostKey: "ssh-ed25519 AAAAkey" },
  }));
  const members = hosts.slice(0, 3).map(({ name: host }, index) => ({
    ...{ name: system === "synapsedb" ? `postgres${index + 1}` : host, host },
  }));
  const ports = {
    read: 7001,
    write: 7002,
    ...(system === "synaxic" && { redis: 7000, http: 7003, https: 7004 }),
  };
  const settings = parseSettings({ system, topology: "several-hosts", hosts, members, ports });
  const resources = await deploy(
    () => {
      const args = { ...settings, prefix: settings.name };
      const platform = new DockerPlatform("platform", args, toldOf(settings));
      if (settings.system === "synaxic") new Synaxic("synaxic", { ...settings, platform });
      else if (settings.system === "synap") new Synap("synap", { ...settings, platform });
      else new SynapseDB("synapsedb", { ...settings, platform });
    },
    { outputs: providerOutputs },
  );
  return new Map(resources.map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
}

const files = (names: readonly string[]) =>
  names.flatMap((name) => [`Command ${name}-files`, `Command ${name}-settled`]);

test.each([
  // Who may log in from which host is a file of each member, and reloaded.
  ["synapsedb", ["postgres1", "postgres2", "postgres3"]],
  ["synaxic", ["postgres-host1", "postgres-host2", "postgres-host3"]],
  ["synap", []],
])(
  "a host more without a member changes of %s nothing but the rules, who watches it, and %j",
  async (system, told) => {
    const [few, many] = [await render(system, 5), await render(system, 6)];
    const changed = [...few].filter(([urn, inputs]) => many.get(urn) !== inputs);
    const rules = [1, 2, 3, 4, 5].map((number) => `Host platform-host${number}`);
    expect(
      changed.map(([urn]) => urn.split(":").slice(-3).join(" ").replace("  ", " ")).sort(),
    ).toEqual([...files([...told, "prometheus"]), "Container prometheus", ...rules]);
  },
);
