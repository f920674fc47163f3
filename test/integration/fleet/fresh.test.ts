/** Where a fleet begins, hosts with nothing on them, and what it leaves: nothing, however it ends. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Fleet } from "../../lab/fleet/fleet.ts";
import { isDead, labs, removeDeadLabs } from "../../lab/fleet/owner.ts";
import { must, run } from "../../lab/process.ts";

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ hosts: 1, docker: false });
});
afterAll(() => fleet?.removeAll());

const names = async () => (await labs()).map(({ name }) => name);

test("a host without Docker is as fresh as a provider's", async () => {
  const [host] = fleet.hosts;
  for (const program of ["docker", "dockerd", "iptables", "curl"])
    expect([program, (await host!.run(["which", program])).code]).toEqual([program, 1]);
  expect(await host!.must(["sh", "-c", "nft list ruleset; ls -A /var/lib/docker"])).toBe(
    "lost+found",
  );
  expect(await host!.must(["systemctl", "is-system-running"])).toBe("running");
});

test("it installs packages from the machine's mirror", async () => {
  const [host] = fleet.hosts;
  await host!.must(["apt-get", "update", "-qq"]);
  await host!.must(["apt-get", "install", "-qq", "--no-install-recommends", "ncat"]);
  expect(await host!.must(["which", "ncat"])).toBe("/usr/bin/ncat");
});

test("a lab whose process was killed is removed by the next, and no other", async () => {
  const path = join(import.meta.dirname, "..", "..", "lab", "fleet", "fleet.ts");
  const program = `import { Fleet } from ${JSON.stringify(path)};
    await Fleet.start({ hosts: 1, docker: false });
    process.kill(process.pid, "SIGKILL");`;
  const words = [process.execPath, "--input-type=module", "--eval", program];
  await expect(run(words)).rejects.toThrow(/SIGKILL/);
  const all = await Promise.all(
    (await labs()).map(async (lab) => ({ ...lab, isDead: await isDead(lab.owner) })),
  );
  const dead = all.filter((lab) => lab.isDead);
  expect(dead.length).toBeGreaterThan(0);
  await removeDeadLabs();
  const left = await names();
  for (const { name, folder } of dead) {
    expect(left).not.toContain(name);
    await expect(access(folder)).rejects.toThrow(/ENOENT/);
  }
  expect(left).toContain(fleet.name);
});

test("one that is removed leaves neither containers, networks, volumes, loop devices nor keys", async () => {
  const { name, folder } = fleet;
  const [host] = fleet.hosts;
  const inode = await host!.must(["stat", "--format", "%i", "/lab/disk/image"]);
  const devices = async () =>
    (await must(["losetup", "--list", "--noheadings", "--output", "BACK-INO"])).split(/\s+/);
  expect(await devices()).toContain(inode);
  await fleet.removeAll();
  expect(await names()).not.toContain(name);
  await expect(access(folder)).rejects.toThrow(/ENOENT/);
  expect(await devices()).not.toContain(inode);
});
