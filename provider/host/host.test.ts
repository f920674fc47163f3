import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAEMON_FILE, SYSCTL_FILE, wantedState } from "../../components/host/wanted.ts";
import { actualState, isSame } from "./drift.ts";
import type { Ended } from "./error.ts";
import { factsScript, factsWords, parseFacts, type Facts } from "./facts.ts";
import { leaveHost, prepareHost, readHost, type Run } from "./host.ts";
import { commandOf, leaveCommand } from "./scripts.ts";
import { sshWords } from "./ssh.ts";
import { refusals, stepsTo } from "./steps.ts";

const firewall = { peers: ["10.0.0.2"], ports: [{ port: 5432, from: "peers" as const }] };
const wanted = wantedState({ owner: "fleet/dev", firewall });
const login = { name: "alpha", address: "192.0.2.1", user: "root", port: 22 };
const fresh: Facts = {
  ...{ system: "debian", hasSystemd: true, owner: "", made: [], knowsPackages: false },
  packages: Object.fromEntries(Object.keys(wanted.packages).map((name) => [name, "unknown"])),
  files: {},
  sysctl: { "vm.swappiness": "60" },
  units: {},
  ...{ inForce: "no", timeSynchronised: true },
};
const prepared: Facts = {
  ...fresh,
  ...{ owner: wanted.owner, made: Object.keys(wanted.files), knowsPackages: true },
  packages: Object.fromEntries(Object.keys(wanted.packages).map((name) => [name, "installed"])),
  files: Object.fromEntries(
    Object.entries(wanted.files).map(([path, { content, mode }]) => [path, { content, mode }]),
  ),
  ...{ sysctl: wanted.sysctl, units: wanted.units },
  ...{ rules: wanted.firewall!.rules, inForce: "yes" },
};
const kinds = (facts: Facts) => stepsTo(wanted, facts).map(({ kind }) => kind);

describe("the steps to a prepared host", () => {
  test("put files before packages, rules before what is started", () => {
    expect(kinds(fresh)).toEqual([
      ...["own", "file", "file", "file", "file", "packages", "reloadUnits", "sysctl", "firewall"],
      ...["unit", "unit"],
    ]);
    expect(refusals(wanted, fresh)).toEqual([]);
  });

  test("are none where nothing differs, and nothing has drifted there", () => {
    expect(stepsTo(wanted, prepared)).toEqual([]);
    expect(actualState(wanted, prepared)).toEqual(wanted);
  });

  const daemon = prepared.files[DAEMON_FILE]!;
  test.each<[string, Partial<Facts>, string[], (state: typeof wanted) => unknown]>([
    [
      "a package",
      { packages: { ...prepared.packages, nftables: "available" } },
      ["packages"],
      (state) => state.packages["nftables"],
    ],
    [
      "Docker's settings",
      { files: { ...prepared.files, [DAEMON_FILE]: { ...daemon, content: "{}" } } },
      ["file", "restart"],
      (state) => state.files[DAEMON_FILE],
    ],
    [
      "a mode",
      { files: { ...prepared.files, [DAEMON_FILE]: { ...daemon, mode: "0666" } } },
      ["file"],
      (state) => state.files[DAEMON_FILE],
    ],
    [
      "the kernel's settings",
      { sysctl: { ...prepared.sysctl, "vm.swappiness": "60" } },
      ["sysctl"],
      (state) => state.sysctl["vm.swappiness"],
    ],
    ["the rules", { inForce: "other" }, ["firewall"], (state) => state.firewall],
    ["the rules' file", { rules: "table" }, ["firewall"], (state) => state.firewall],
    [
      "a unit",
      { units: { ...prepared.units, "docker.service": { enabled: false, active: true } } },
      ["unit"],
      (state) => state.units["docker.service"],
    ],
    ["the clock", { timeSynchronised: false }, ["clock"], (state) => state.timeSynchronised],
  ])("are those for %s, and drift says the same", (_, changed, steps, at) => {
    const facts = { ...prepared, ...changed };
    expect(kinds(facts)).toEqual(steps);
    const actual = actualState(wanted, facts);
    expect(isSame(actual, wanted)).toBe(false);
    expect(at(actual)).not.toEqual(at(wanted));
  });

  test("are there where and only where there is drift, whatever the host has", () => {
    const state = fc.record({
      enabled: fc.boolean(),
      active: fc.boolean(),
    });
    const some = <T>(keys: readonly string[], value: fc.Arbitrary<T>) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
    const any = fc.record({
      system: fc.constant("debian"),
      hasSystemd: fc.constant(true),
      owner: fc.constantFrom("", wanted.owner),
      made: fc.constant(prepared.made),
      knowsPackages: fc.boolean(),
      packages: fc.record(
        Object.fromEntries(
          Object.keys(wanted.packages).map((name) => [
            name,
            fc.constantFrom("installed" as const, "available" as const, "unknown" as const),
          ]),
        ),
      ),
      files: fc.constantFrom(prepared.files, {}, { [SYSCTL_FILE]: { content: "", mode: "0644" } }),
      sysctl: some(Object.keys(wanted.sysctl), fc.constantFrom("1", "10")),
      units: some(Object.keys(wanted.units), state),
      rules: fc.constantFrom(wanted.firewall!.rules, ""),
      inForce: fc.constantFrom("yes" as const, "no" as const, "other" as const),
      timeSynchronised: fc.boolean(),
    }) as fc.Arbitrary<Facts>;
    fc.assert(
      fc.property(any, (facts) => {
        const steps = stepsTo(wanted, facts);
        const actual = actualState(wanted, facts);
        // A unit that has more than is asked for is drift that takes no step, and there is none of those here.
        expect(steps.length === 0).toBe(isSame(actual, wanted));
      }),
    );
  });

  test("install a package that may be missing only where the distribution has it", () => {
    const packages = { ...prepared.packages, "docker-cli | docker-ce-cli": "unknown" as const };
    expect(kinds({ ...prepared, packages })).toEqual([]);
    expect(kinds({ ...prepared, packages, knowsPackages: false })).toEqual(["packages"]);
  });

  test("restart nothing that does not run", () => {
    const units = { ...prepared.units, "docker.service": { enabled: true, active: false } };
    expect(kinds({ ...prepared, units, files: {} })).toEqual([
      ...["file", "file", "file", "file", "reloadUnits", "unit"],
    ]);
  });
});

describe("a host is refused", () => {
  const daemon = (content: string) => ({ files: { [DAEMON_FILE]: { content, mode: "0644" } } });
  test.each<[string, Partial<Facts>, RegExp]>([
    ["of another system", { system: "fedora" }, /^the system "fedora"$/],
    ["without systemd", { hasSystemd: false }, /^no systemd/],
    ["of another deployment", { owner: "other/prod" }, /^one that other\/prod prepares already$/],
    [
      "with other settings of Docker",
      daemon('{"log-driver":"journald","live-restore":true,"mtu":1400}'),
      /with other values of log-driver, mtu$/,
    ],
    ["with settings of Docker that are no JSON", daemon("{"), /with other content$/],
  ])("%s", (_, changed, got) => {
    const found = refusals(wanted, { ...fresh, ...changed });
    expect(found).toHaveLength(1);
    expect(found[0]!.got).toMatch(got);
  });

  test("but not for settings that say the same, nor for those that are ours", () => {
    expect(refusals(wanted, { ...fresh, ...daemon('{"live-restore": true}') })).toEqual([]);
    const ours = { ...fresh, ...daemon('{"mtu":1}'), made: [DAEMON_FILE] };
    expect(refusals(wanted, ours)).toEqual([]);
  });

  test("but for Docker's settings only where Docker is not kept", () => {
    const kept = wantedState({ owner: "fleet/dev", firewall, docker: "kept" });
    expect(refusals(kept, { ...fresh, ...daemon('{"mtu":1}') })).toEqual([]);
    expect(Object.keys(kept.packages).join()).not.toMatch(/docker/);
    expect(stepsTo(kept, fresh).map(({ kind }) => kind)).not.toContain("restart");
  });
});

describe("facts", () => {
  const coded = (text: string) => Buffer.from(text).toString("base64");
  test("are what the script said", () => {
    const said = [
      ...["system\t-\tubuntu debian", "systemd\t-\tyes", `owner\t-\t${coded("a/b\n")}`],
      ...[`made\t-\t${coded("/a\n/b\n")}`, `rules\t-\t${coded("table")}`, "table\t-\tother"],
      ...["clock\t-\tyes", "lists\t-\tyes", "package\ta | b\tavailable"],
      ...[`file\t/a\t644 ${coded("é\n")}`, "file\t/b\t600 ", "sysctl\tvm.x\t1 2"],
      ...["unit\tx.service\tenabled inactive", "unit\ty.service\t ", "end\t-\t-\n"],
    ].join("\n");
    expect(parseFacts(said)).toEqual({
      ...{ system: "ubuntu debian", hasSystemd: true, owner: "a/b", made: ["/a", "/b"] },
      ...{ rules: "table", inForce: "other", timeSynchronised: true, knowsPackages: true },
      packages: { "a | b": "available" },
      files: { "/a": { content: "é\n", mode: "0644" }, "/b": { content: "", mode: "0600" } },
      sysctl: { "vm.x": "1 2" },
      units: {
        "x.service": { enabled: true, active: false },
        "y.service": { enabled: false, active: false },
      },
    });
  });

  test("that are cut off are none", () => {
    expect(() => parseFacts("systemd\t-\tyes\n")).toThrow("cut off");
  });

  test("are asked of this machine by a script that changes nothing", () => {
    const words = ["-c", factsScript, "synfleet", ...factsWords(wanted)];
    const facts = parseFacts(execFileSync("/bin/sh", words, { encoding: "utf8", stdio: "pipe" }));
    expect(facts.system).not.toBe("");
    expect(facts.sysctl["vm.swappiness"]).toMatch(/^\d+$/);
    expect(Object.keys(facts.packages)).toEqual(Object.keys(wanted.packages));
  });
});

describe("commands", () => {
  test("are texts that a POSIX shell takes", () => {
    const steps = stepsTo(wanted, { ...fresh, timeSynchronised: false });
    const commands = steps.flatMap((step) => (step.kind === "firewall" ? [] : [commandOf(step)]));
    commands.push(commandOf({ kind: "restart", unit: "docker.service" }), leaveCommand);
    for (const { words } of commands) execFileSync("/bin/sh", ["-n"], { input: words[2] });
  });

  test("go over a connection of their own, with the key from the settings", () => {
    const words = sshWords({ ...login, hostKey: "ssh-ed25519 AAAAkey" }, { words: ["a'b"] });
    expect(words).toEqual(
      expect.arrayContaining(["BatchMode=yes", "StrictHostKeyChecking=yes", "ControlMaster=no"]),
    );
    expect(words).toContain("KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAAkey");
    expect(words.at(-1)).toMatch(/'a'\\''b'$/);
  });
});

describe("a host that answers otherwise", () => {
  const inputs = { login, ...wanted };
  const answering =
    (ended: Partial<Ended>): Run =>
    async () => ({ code: 0, stdout: "", stderr: "", ...ended });
  test.each<[Partial<Ended>, RegExp]>([
    [
      { code: 255, stderr: "ssh: connect to host 192.0.2.1 port 22: Connection timed out" },
      /^host alpha \(192\.0\.2\.1\): got no connection to port 22: .*timed out; allowed: .*Nothing is known/,
    ],
    [{ code: 255, stderr: "Host key verification failed." }, /another key than it should/],
    [
      { code: 255, stderr: "root@192.0.2.1: Permission denied (publickey)." },
      /passwords are never/,
    ],
    [{ code: 93, stderr: "sudo: a password is required" }, /sudo asks for a password.*NOPASSWD/s],
    [{ code: 2, stderr: "sh: base64: not found" }, /exit code 2 while it was looked at/],
    [{ stdout: "systemd\t-\tyes\n" }, /cut off/],
  ])("%j is an error that says what to do", async (ended, message) => {
    await expect(readHost(inputs, answering(ended))).rejects.toThrow(message);
    await expect(prepareHost(inputs, () => undefined, answering(ended))).rejects.toThrow(message);
  });

  test("is not left in silence either", async () => {
    await expect(leaveHost(inputs, answering({ code: 255 }))).rejects.toThrow(/no connection/);
  });
});
