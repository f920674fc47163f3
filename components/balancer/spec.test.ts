import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { haproxyConf } from "./conf.ts";
import { admittedService } from "./services/admitted.ts";
import { balancerSpec } from "./spec.ts";

const service = admittedService({
  members: ["postgres1", "postgres2"],
  database: "orders",
  published: { read: 6001, write: 6002 },
});

const spec = balancerSpec({
  alias: "balancer",
  host: "alpha",
  services: [service],
  statistics: { user: "watcher", password: "s3cret", port: 9404 },
  files: {},
});

test("the host's ports lead to the three that it listens on", () => {
  expect(spec.ports).toEqual([
    { internal: 5001, published: 6001 },
    { internal: 5002, published: 6002 },
    { internal: 8404, published: 9404 },
  ]);
  expect(spec.volumes).toEqual([]);
});

test("its configuration has the statistics' password in it, and is therefore a secret file", async () => {
  const { content, secret } = spec.files["haproxy.cfg"]!;
  expect(secret).toBe(true);
  const text = await new Promise((resolve) => pulumi.output(content).apply(resolve));
  expect(text).toBe(
    haproxyConf({
      sections: [service.sections as string],
      statisticsUser: "watcher",
      statisticsPassword: "s3cret",
    }),
  );
});
