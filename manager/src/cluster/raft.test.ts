import { expect, test } from "vitest";
import { memberOf, testConfig } from "../testing/fixtures.ts";
import { raftStatus } from "./raft.ts";

const config = testConfig();
const names = new Map([
  ["11", "etcd1"],
  ["22", "etcd2"],
  ["33", "etcd3"],
]);
const status = {
  memberId: "11",
  leaderId: "22",
  term: 7,
  commitIndex: 40,
  appliedIndex: 39,
  isLearner: false,
  version: "3.5.16",
};
const of = (change: Partial<typeof status>) =>
  raftStatus(memberOf(config, "postgres1"), config.members, { ...status, ...change }, names, 1500);

test("speaks of members, not of etcd's numbers", () => {
  expect(of({})).toEqual({
    node_id: "postgres1",
    role: "follower",
    current_term: 7,
    leader_id: "postgres2",
    commit_index: 40,
    last_applied: 39,
    cluster_size: 3,
    timestamp: 1.5,
  });
});

test.each([
  ["leader", { leaderId: "11" }, "postgres1"],
  ["candidate", { leaderId: "0" }, null],
  ["follower", { leaderId: "99" }, "99"],
])("is a %s", (role, change, leader) => {
  expect(of(change)).toMatchObject({ role, leader_id: leader });
});
