import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { firewallText, type FirewallArgs } from "./firewall.ts";
import { applyFirewallCommand, confirmFirewallCommand } from "./scripts.ts";
import { firewallUnit, nftablesDropIn } from "./unit.ts";

const args: FirewallArgs = {
  peers: ["10.0.1.11", "fd00::11", "10.0.1.12"],
  ports: [
    { port: 5001, from: "anyone" },
    { port: 5432, from: "peers" },
    { port: 4789, protocol: "udp", from: "peers" },
    { port: 8404, from: ["10.9.0.0/16", "2001:db8::/32", "192.0.2.7"] },
  ],
};

describe("a host's rules", () => {
  test("are one transaction that replaces its own table and no other", () => {
    const text = firewallText(args);
    expect(text).not.toMatch(/flush/);
    expect(text.match(/^\S.*$/gm)!.slice(1)).toEqual([
      "table inet synfleet",
      "delete table inet synfleet",
      "table inet synfleet {",
      "}",
    ]);
    expect(text).toMatchSnapshot();
  });

  test("are the same bytes for the same settings", () => {
    expect(firewallText(structuredClone(args))).toBe(firewallText(args));
  });

  test("have empty sets where there are no peers", () => {
    expect(firewallText({ peers: [], ports: [] })).not.toMatch(/elements/);
  });

  test("admit SSH where it is, from whom it is for", () => {
    const text = firewallText({ ...args, sshPort: 2222, sshFrom: ["192.0.2.0/24"] });
    expect(text).toContain(
      "    ip saddr { 192.0.2.0/24 } meta l4proto tcp ct original proto-dst 2222 accept\n",
    );
    expect(text).not.toContain("proto-dst 22 ");
  });

  test.each([
    [{ peers: ["host2"] }, /^peers\[0\] is "host2"\. Allowed: an address of IPv4 or IPv6/],
    [{ peers: ["10.0.0.1/33"] }, /^peers\[0\] is "10\.0\.0\.1\/33"/],
    [{ peers: ["fe80::1%eth0"] }, /^peers\[0\]/],
    [{ peers: ["10.0.0.1 } accept #"] }, /^peers\[0\]/],
    [{ sshPort: 0 }, /^sshPort is 0\. Allowed: a whole number from 1 to 65535/],
    [{ sshFrom: [] }, /^sshFrom is empty\. Allowed: "anyone", "peers", or networks/],
    [{ ports: [{ port: 1.5, from: "anyone" as const }] }, /^ports\[0\]\.port is 1\.5/],
    [{ ports: [{ port: 80, from: ["10.0.0.0/8/8"] }] }, /^ports\[0\]\.from\[0\] is/],
  ])("refuse %j", (changed, message) => {
    expect(() => firewallText({ ...args, ...changed })).toThrow(message);
  });
});

describe("the commands of a host's rules", () => {
  test("are texts that a POSIX shell takes", () => {
    for (const [shell = "", option, text = ""] of [
      applyFirewallCommand(30),
      confirmFirewallCommand("0".repeat(64)),
    ]) {
      expect([shell, option]).toEqual(["/bin/sh", "-c"]);
      execFileSync(shell, ["-n"], { input: text });
      for (const [, inner] of text.matchAll(/<<'END_OF_ROLLBACK'\n([^]*)\nEND_OF_ROLLBACK\n/g))
        execFileSync(shell, ["-n"], { input: inner });
    }
  });

  test("arm the way back before the rules", () => {
    const text = applyFirewallCommand(30)[2]!;
    const armed = text.indexOf("systemd-run");
    expect(armed).toBeGreaterThan(0);
    expect(text.indexOf("nft --file /etc/synfleet/firewall.nft.candidate")).toBeGreaterThan(armed);
  });

  test("refuse a time that is none, and a digest that is none", () => {
    expect(() => applyFirewallCommand(1)).toThrow(/^seconds is 1\. Allowed/);
    expect(() => applyFirewallCommand(3600)).toThrow(/^seconds is 3600/);
    expect(() => confirmFirewallCommand("x; reboot")).toThrow(/^digest is "x; reboot"\. Allowed/);
  });

  test("load the confirmed file at boot, and after whatever removes all rules", () => {
    for (const text of [firewallUnit, nftablesDropIn])
      expect(text).toContain("/usr/sbin/nft --file /etc/synfleet/firewall.nft\n");
  });
});
