/** An image that is not Synfleet's own, in a registry with a login: how a host of a Swarm comes by it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../commands/support/process.ts";
import { clientEnvironment, engineOf } from "../../components/platform/docker/reach.ts";
import { takenIdentity } from "../../components/platform/swarm/scripts.ts";
import { baseImage, ensureBaseImage } from "../../images/base.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import { PrivateRegistry } from "../support/registry/registry.ts";
import { declared } from "../vps/support.ts";

let fleet: Fleet;
let registry: PrivateRegistry;
let reference: string;

/** A script that runs on this machine, with such a login at the registry. */
const here = async (index: number, script: string, password?: string) => {
  const host = declared(fleet.hosts)[index]!;
  const engine = engineOf(host);
  return run("sh", ["-c", script], {
    env: {
      ...{ ...process.env, ...clientEnvironment([host]), ...(await registry.login(password)) },
      ...{ HOST: engine, TAG: reference },
    },
  });
};

beforeAll(async () => {
  await ensureBaseImage(() => undefined);
  fleet = await Fleet.start({ hosts: 1, images: [baseImage] });
  await fleet.add(1);
  registry = await PrivateRegistry.start(fleet);
  reference = `${registry.address}/team/app:1`;
  for (const host of fleet.hosts) await registry.trustedBy(host);
  await fleet.host("host1").docker(["tag", baseImage, reference]);
  const client = `export PATH="$(cd "$SSH_CLIENT" && pwd):$PATH"`;
  const pushed = await here(0, `${client}; docker --host "$HOST" push --quiet "$TAG"`);
  expect(pushed.stderr + pushed.code).toBe("0");
}, 900_000);
afterAll(async () => {
  await registry?.remove();
  await fleet?.removeAll();
});

test("without a login it is told what is missing, and which host", async () => {
  const { code, stderr } = await here(1, takenIdentity, "canary-of-another");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(
    /image: ssh:\/\/root@\S+ has no \S+ and cannot take it, see above; allowed: /,
  );
  expect(stderr).not.toContain("canary-of-another");
});

test("it is taken by the login of this machine, which the host does not keep", async () => {
  const identity = ["image", "inspect", "--format", "{{.Id}}", reference];
  const { code, stdout } = await here(1, takenIdentity);
  expect([code, stdout.trim()]).toEqual([0, await fleet.host("host1").docker(identity)]);
  const auth = Buffer.from(`team:${registry.password}`).toString("base64");
  for (const secret of [registry.password, auth]) {
    const found = await fleet.host("host2").run(["grep", "-rlF", secret, "/etc", "/root"]);
    expect(found.stdout).toBe("");
  }
});

test("one that is there is taken as it is, without a login", async () => {
  expect((await here(1, takenIdentity, "canary-of-another")).code).toBe(0);
});
