import { expect, test } from "vitest";
import { dashboards } from "./dashboards.ts";
import { narrowed } from "./narrow.ts";
import { ruleGroups } from "./rules.ts";

const labels = { namespace: "orders" };

test.each([
  ["up == 0", 'up{namespace="orders"} == 0'],
  ['up{job="a or b"}', 'up{namespace="orders",job="a or b"}'],
  ["up{}", 'up{namespace="orders"}'],
  ['x{state="}", y!="1"} > 0.5', 'x{namespace="orders",state="}", y!="1"} > 0.5'],
  ["rate(x_total[5m]) > 5e3", 'rate(x_total{namespace="orders"}[5m]) > 5e3'],
  ["x offset 5m", 'x{namespace="orders"} offset 5m'],
  ["max by (job, le) (x)", 'max by (job, le) (x{namespace="orders"})'],
  ["max (x) by (job)", 'max (x{namespace="orders"}) by (job)'],
  [
    "x - on (job) group_right () y",
    'x{namespace="orders"} - on (job) group_right () y{namespace="orders"}',
  ],
  [
    "x * on (job) group_left y",
    'x{namespace="orders"} * on (job) group_left y{namespace="orders"}',
  ],
  ["(count(up == 1) or vector(0)) < 2", '(count(up{namespace="orders"} == 1) or vector(0)) < 2'],
  [
    "x == bool 1 unless job:y:sum",
    'x{namespace="orders"} == bool 1 unless job:y:sum{namespace="orders"}',
  ],
])("%s of a deployment's own series", (expr, expected) => {
  expect(narrowed(expr, labels)).toBe(expected);
});

const jobs = [
  ...["manager", "patroni", "postgres", "etcd", "redis", "synap-member", "synap", "app"],
  ...["balancer", "node", "prometheus"],
];

test("every rule and every panel of ours asks for the deployment's own series alone", () => {
  const rules = ruleGroups({ jobs }).flatMap((group) => group.rules);
  const queries = dashboards(jobs).flatMap(({ panels }) => panels.flatMap((one) => one.queries));
  for (const { expr } of [...rules, ...queries]) {
    const own = narrowed(expr, labels);
    expect(
      own.replaceAll(/\{namespace="orders"(?:,([^}]*))?\}/g, (_, asked?: string) =>
        asked ? `{${asked}}` : "",
      ),
    ).toBe(expr);
    // What is left of it without its selectors has no name that could be a metric's.
    const rest = own.replaceAll(/[a-zA-Z_]\w*\{namespace="orders"[^}]*\}/g, "$");
    const words = [
      ...rest
        .replaceAll(/\[[^\]]*\]|\b(by|on|group_\w+) \([^)]*\)/g, "")
        .matchAll(/\b[a-z_]\w*\b(?! *\()/g),
    ];
    expect([
      expr,
      words.map(([word]) => word).filter((word) => !["or", "and", "by", "on"].includes(word)),
    ]).toEqual([expr, []]);
  }
});
