import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { clientEnvironment, engineOf, sshOptions } from "./reach.ts";

const hostKey = "ssh-ed25519 AAAAkey root@main";
const at = { name: "main", address: "203.0.113.1" };

test.each([
  [{ name: "local" }, "unix:///var/run/docker.sock"],
  [{ ...at, engine: "ssh://admin@main" }, "ssh://admin@main"],
  [{ ...at, ssh: {} }, "ssh://root@203.0.113.1"],
  [{ ...at, ssh: { user: "admin", port: 22 } }, "ssh://admin@203.0.113.1"],
  [{ ...at, ssh: { port: 2222 } }, "ssh://root@203.0.113.1:2222"],
  [{ ...at, address: "2001:db8::1", ssh: {} }, "ssh://root@[2001:db8::1]"],
])("%j listens at %s", (host, engine) => {
  expect(engineOf(host)).toBe(engine);
});

test("a host that is reached in two ways, or has no address to log in at, is refused", () => {
  expect(() => engineOf({ ...at, ssh: {}, engine: "unix:///x" })).toThrow(
    "main has both ssh and engine (unix:///x)",
  );
  expect(() => engineOf({ name: "main", ssh: {} })).toThrow("main has ssh and no address");
});

test("a host's key is verified always, and by the settings alone where they name it", () => {
  expect(sshOptions({ ...at, engine: "ssh://root@main" })).toEqual([]);
  const known = sshOptions({ ...at, ssh: {} });
  expect(known).toContain("StrictHostKeyChecking=yes");
  expect(known.join(" ")).not.toContain("UserKnownHostsFile");
  const named = sshOptions({ ...at, ssh: { hostKey, keyFile: "/keys/a b" } });
  expect(named.slice(0, 4)).toEqual(["-i", "/keys/a b", "-o", "IdentitiesOnly=yes"]);
  expect(named).toEqual(
    expect.arrayContaining([
      "StrictHostKeyChecking=yes",
      "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAAkey",
      "UserKnownHostsFile=none",
      "GlobalKnownHostsFile=none",
    ]),
  );
});

/** What the real ssh is started with when Docker's client starts the one that comes first. */
function started(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  HOME = "/dev/null",
) {
  const folder = mkdtempSync(join(tmpdir(), "synfleet-ssh-"));
  try {
    writeFileSync(join(folder, "ssh"), '#!/bin/sh\nfor word; do echo "$word"; done\n');
    chmodSync(join(folder, "ssh"), 0o755);
    const client = resolve("components/platform/docker/client");
    const PATH = [client, folder, process.env["PATH"]].join(delimiter);
    const env = { ...process.env, ...environment, HOME, PATH };
    return execFileSync("ssh", words, { env, encoding: "utf8" }).trimEnd().split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const dial = (address: string) => ["-l", "root", "--", address, "docker", "system", "dial-stdio"];

test("Docker's client gets the options of the host that it is for, each as one word", () => {
  const hosts = [
    { ...at, ssh: { hostKey, keyFile: "/keys/a b*" } },
    { name: "two", address: "203.0.113.11", ssh: {} },
  ];
  const environment = clientEnvironment(hosts);
  for (const host of hosts) {
    expect(started(dial(host.address), environment)).toEqual([
      ...sshOptions(host),
      ...dial(host.address),
    ]);
  }
  expect(started(dial("203.0.113.9"), environment)).toEqual(dial("203.0.113.9"));
  expect(started(dial("203.0.113.9"), {})).toEqual(dial("203.0.113.9"));
  expect(clientEnvironment([{ name: "local" }])).toEqual({});
});

test("requests of a minute share one connection, where the user has a place for its socket", () => {
  const home = mkdtempSync("/tmp/home-");
  try {
    const path = (ssh: object) =>
      started(dial(at.address), clientEnvironment([{ ...at, ssh }]), home).find((word) =>
        word.startsWith(`ControlPath=${home}/.ssh/synfleet-%C`),
      );
    expect(path({})).toBeDefined();
    expect(path({})).toBe(path({}));
    // Whose key has changed in the settings is not spoken to over the connection of before.
    expect(path({ hostKey })).not.toBe(path({}));
    expect(statSync(join(home, ".ssh")).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(home, { recursive: true });
  }
});
