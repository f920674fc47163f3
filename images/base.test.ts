import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { ensureDebootstrap } from "./base.ts";

const folders: string[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A machine whose only program is this apt-get. */
async function machineWith(aptGet: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-base-test-"));
  folders.push(folder);
  await writeFile(join(folder, "apt-get"), `#!/bin/sh\ncd "${folder}"\n${aptGet}\n`);
  await chmod(join(folder, "apt-get"), 0o755);
  vi.stubEnv("PATH", folder);
}

test("a machine without debootstrap gets it once, from its own source", async () => {
  await machineWith(
    `[ "$1" = update ] || { echo "#!/bin/sh" >debootstrap; /bin/chmod 755 debootstrap; }`,
  );
  const lines: string[] = [];
  await ensureDebootstrap((line) => lines.push(line));
  await ensureDebootstrap((line) => lines.push(line));
  expect(lines).toEqual(["installing debootstrap"]);
});

test("a source that does not answer is told with its own words", async () => {
  await machineWith("echo 'E: no such source'; exit 100");
  await expect(ensureDebootstrap(() => undefined)).rejects.toThrow(
    /apt-get.*100[^]*no such source/,
  );
});
