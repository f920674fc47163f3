import { expect, test } from "vitest";
import { emptyGoal, newResource } from "../deployment/resource.ts";
import { outputs } from "./step-text.ts";

const options = {
  paint: (_color: string, text: string): string => text,
  preview: false,
  showSecrets: false,
  cut: true,
};

function shown(type: string): string {
  const urn = `urn:pulumi:dev::p::${type}::a`;
  const now = { ...newResource(urn, emptyGoal(type, "a", {}), undefined), outputs: { id: "x" } };
  const own = { keys: [], diffs: [], logical: true, provider: "" };
  return outputs({ op: "create", urn, type, now, ...own }, 1, options);
}

test("what a provider over Terraform made has room for the note that it keeps, as the CLI leaves it", () => {
  expect(shown("command:local:Command")).toBe('    id: "x"\n');
  expect(shown("random:index/randomId:RandomId")).toBe(`    ${"id".padEnd(24)}: "x"\n`);
});
