/** The first host of a Swarm, which manages it and by which clients get in first, is gone for good: the others take it out, and another machine takes its place. */
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { replacedChecks, synapsedb } from "../vps/replaced.ts";
import { onSwarm, Services } from "./services.ts";

describe("the first host of a SynapseDB on a Swarm that is lost for good", () => {
  const servers = replacedChecks(synapsedb(), {
    ...{ lost: "host1", settings: onSwarm },
    // The first takes the writes: with it would go what it had acknowledged and not yet sent.
    placed: ["host2", "host3", "host1"],
    noticed: () =>
      until(
        "the other managers to see it as lost",
        async () => {
          const nodes = await ask("node", "ls", "--format", "{{.Hostname}} {{.Status}}");
          return /^host1 Down$/m.test(nodes) || undefined;
        },
        { seconds: 180 },
      ),
  });
  const ask = (...words: string[]) => servers().fleet.host("host2").docker(words);

  test("leaves a Swarm of three managers, which knows nothing of it", async () => {
    const nodes = await ask("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}");
    const managing = nodes.replace("Leader", "Reachable").split("\n").sort();
    expect(managing).toEqual(["host2 Reachable", "host3 Reachable", "host4 Reachable"]);
    const services = await ask("service", "ls", "--format", "{{.Name}} {{.Replicas}}");
    const idle = services.split("\n").filter((line) => !line.endsWith(" 1/1"));
    expect(idle).toEqual([`${servers().deployment.prefix}-init 0/1`]);
  });

  test("leaves nothing behind after a destroy", async () => {
    const { deployment, fleet } = servers();
    await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
    // What is lost cannot be asked.
    fleet.hosts.splice(0, 1);
    expect(await new Services(servers()).left()).toEqual([]);
  });
});
