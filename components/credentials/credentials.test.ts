import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy, providerOutputs } from "../../test/support/deploy.ts";
import { Credentials } from "./credentials.ts";

test("one password a role, of letters and digits, and each a secret", async () => {
  let secret: boolean | undefined;
  const resources = await deploy(
    async () => {
      const { passwords } = new Credentials("login", {
        roles: ["application", "statistics"],
        length: 20,
      });
      secret = await pulumi.isSecret(passwords.application);
    },
    { outputs: providerOutputs },
  );
  expect(resources.map(({ name, inputs }) => [name, inputs["length"], inputs["special"]])).toEqual([
    ["login", undefined, undefined],
    ["login-application", 20, false],
    ["login-statistics", 20, false],
  ]);
  expect(secret).toBe(true);
});
