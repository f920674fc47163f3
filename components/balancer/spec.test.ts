import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { haproxyConf } from "./conf.ts";
import { balancerSpec } from "./spec.ts";

const spec = balancerSpec({
  alias: "balancer",
  host: "alpha",
  ports: { read: 6001, write: 6002, statistics: 9404 },
  members: [{ name: "postgres1" }, { name: "postgres2" }],
  database: "orders",
  statistics: { user: "watcher", password: "s3cret" },
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
      members: ["postgres1", "postgres2"],
      database: "orders",
      statisticsUser: "watcher",
      statisticsPassword: "s3cret",
    }),
  );
});
