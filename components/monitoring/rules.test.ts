import { describe, expect, test } from "vitest";
import { ruleGroups, rulesYml } from "./rules.ts";

const jobs = ["manager", "etcd", "balancer", "postgres", "redis", "node"];
const all = ruleGroups({ jobs }).flatMap((group) => group.rules);

describe("alert rules", () => {
  test("have a name of their own and text that helps", () => {
    expect(new Set(all.map((rule) => rule.alert)).size).toBe(all.length);
    for (const rule of all) {
      expect(rule.alert).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(rule.summary).toMatch(/\.$/);
      expect(rule.runbook.length).toBeGreaterThan(20);
    }
  });

  test("cover what can go wrong", () => {
    expect(all.map((rule) => `${rule.severity} ${rule.alert}`).sort()).toMatchInlineSnapshot(`
      [
        "critical BalancerBackendEmpty",
        "critical BalancerDown",
        "critical DiskFilling",
        "critical EtcdNoLeader",
        "critical EtcdQuorumLost",
        "critical MemberDown",
        "critical NoMemberAdmitted",
        "critical RedisPersistenceFailing",
        "critical RedisSeveralPrimaries",
        "critical RedisWithoutPrimary",
        "critical SubscriptionDown",
        "critical TransactionIdWraparound",
        "warning CertificateExpiring",
        "warning ConflictRate",
        "warning ConnectionsNearMax",
        "warning DiskFullWithinADay",
        "warning EtcdNearQuota",
        "warning EtcdQuorumAtRisk",
        "warning ExporterDown",
        "warning ManagerDown",
        "warning MemberNotAdmitted",
        "warning RedisDown",
        "warning RedisMemoryNearMax",
        "warning RedisReplicaUnlinked",
        "warning ReplicationLagBytes",
        "warning ReplicationLagSeconds",
        "warning SequencesRepaired",
        "warning SettingsWaitForRestart",
        "warning SlotRetainsWal",
        "warning VolumeFilling",
      ]
    `);
  });

  test("take their limits from the arguments", () => {
    const text = rulesYml({ jobs, lagBytes: 5, lagSeconds: 7, certificateDays: 3, etcdMembers: 5 });
    expect(text).toContain("synfleet_replication_lag_bytes > 5");
    expect(text).toContain("synfleet_replication_lag_seconds > 7");
    expect(text).toContain("< 3 * 86400");
    expect(text).toContain('(count(up{job=\\"etcd\\"} == 1) or vector(0)) < 3');
  });

  test("are about what is scraped, and nothing else", () => {
    const groups = ruleGroups({ jobs: ["node"] });
    expect(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))).toEqual([
      ...["ExporterDown", "DiskFilling", "DiskFullWithinADay"],
    ]);
  });

  test("a single etcd member has no quorum to risk", () => {
    expect(rulesYml({ jobs, etcdMembers: 1 })).not.toContain("EtcdQuorumAtRisk");
  });
});
