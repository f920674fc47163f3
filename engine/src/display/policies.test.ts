import { expect, test } from "vitest";
import type { Remediation, Violation } from "../deployment/events.ts";
import { Secret } from "../values/property.ts";
import { PolicyReport, packsTable, remediationText, violationText } from "./policies.ts";

const paint = (_color: string, plain: string): string => plain;
const options = { paint, preview: false, showSecrets: false, cut: true };
const place = {
  urn: "urn:pulumi:dev::p::test:index/thing:Thing::a",
  pack: "rules",
  version: "1.2.0",
  policy: "no-evil",
};
const violation: Violation = {
  ...place,
  level: "mandatory",
  severity: "high",
  message: "It is evil.\nVery.\n",
};

test("the detailed view tells a violation in a line that its message follows at once", () => {
  expect(violationText(violation, paint)).toBe(
    "    rules@v1.2.0 [mandatory] [severity: high]  no-evil  (test:index:Thing: a)It is evil.\nVery.\n",
  );
});

test("the detailed view shows what a remedy changed and nothing of what stayed or is secret", () => {
  const remediation: Remediation = {
    ...place,
    before: { stays: "s", list: ["x", "y"], key: new Secret("hidden") },
    after: { stays: "s", list: ["x", "z"], key: new Secret("changed"), added: true },
  };
  expect(remediationText(remediation, options).split("\n")).toEqual([
    "    rules@v1.2.0 [remediate]  no-evil  (test:index:Thing: a)",
    "      + added: true",
    "      ~ key  : [secret] => [secret]",
    "      ~ list : [",
    '          ~ [1]: "y" => "z"',
    "        ]",
    "",
    "",
  ]);
  expect(remediationText({ ...remediation, after: remediation.before }, options)).toBe("");
});

test("a pack that is named twice is one pack", () => {
  const report = new PolicyReport();
  const pack = { pack: "rules", version: "1.2.0", path: "policy" };
  report.add([pack, pack, { ...pack, path: "other" }]);
  expect(report.lines(paint)).toContain("    ✅ rules@v1.2.0 (local: other; policy)");
  expect(packsTable(report.names(), paint)).toEqual([
    "",
    "Policy Packs run:",
    "    Name                Version",
    "    rules|local|other   1.2.0",
    "    rules|local|policy  1.2.0",
  ]);
  expect(packsTable({}, paint)).toEqual([]);
});
