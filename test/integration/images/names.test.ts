import { afterAll, beforeAll, expect, test } from "vitest";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import { admittedSections } from "../../../components/balancer/services/admitted.ts";
import { imageTag } from "../../../images/inputs.ts";
import { Bench, until } from "./bench.ts";

const bench = new Bench();

beforeAll(() => bench.start(), 240_000);
afterAll(() => bench.stop(), 60_000);

test("a member is down when its name comes, or comes back after long, until the check after that", async () => {
  await bench.container(
    "balancer3",
    "balancer",
    [
      ...(await bench.certificate("balancer3", "stranger")),
      {
        path: "haproxy.cfg",
        content: haproxyConf({
          sections: [admittedSections({ members: ["latecomer"], database: "synapsedb" })],
          statisticsUser: "statistics",
          statisticsPassword: "s",
        }),
        secret: true,
      },
    ],
    [5002],
  );
  await until(
    async () => (await bench.exec("balancer3", "healthy")).code === 0,
    "the balancer to answer",
  );
  // Takes connections and never answers a check.
  const appear = () =>
    bench.docker(
      ...["run", "--detach", "--rm", "--name", bench.name("latecomer"), "--user", "0"],
      ...["--network", bench.prefix, "--network-alias", "latecomer", "--tmpfs", "/run"],
      ...["--entrypoint", "socat", imageTag("balancer"), "TCP-LISTEN:5432,fork", "EXEC:cat"],
    );
  const addressOf = async () => {
    const script =
      '. /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/balancer.sh; worker "show servers state write"';
    const { output } = await bench.exec("balancer3", "bash", "-c", script);
    return output
      .split("\n")
      .find((line) => line.includes("latecomer"))!
      .split(" ")[4]!;
  };
  const seen = new Set<string>();
  for (let round = 0; round < 2; round++) {
    await appear();
    const address = await bench.address("latecomer");
    await until(async () => (await addressOf()) === address, "the address", 20_000);
    await bench.docker("rm", "--force", bench.name("latecomer"));
    // Longer than HAProxy's own patience with a name that is gone, which nothing tells the end of.
    if (round === 0) await new Promise((resolve) => setTimeout(resolve, 40_000));
    seen.add(address);
    // Another container takes the address, so that the name comes back with a new one.
    await bench.docker(
      ...["run", "--detach", "--rm", "--name", bench.name(`squatter${round}`)],
      ...["--network", bench.prefix, "--entrypoint", "sleep", imageTag("balancer"), "120"],
    );
  }
  expect(seen.size).toBe(2);
  expect(await bench.logs("balancer3")).not.toMatch(/latecomer.* is UP/);
  for (const name of ["balancer3", "squatter0", "squatter1"]) {
    await bench.docker("rm", "--force", bench.name(name));
  }
}, 180_000);
