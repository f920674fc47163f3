import { describe, expect, test } from "vitest";
import { deploy, type Registered } from "../../../test/support/deploy.ts";
import { Scope } from "../scope.ts";
import { type Claim, Claims } from "./claims.ts";
import { DockerPlatform } from "./docker.ts";

const port = (changes: Partial<Claim> = {}): Claim => ({
  engine: "unix:///var/run/docker.sock",
  ...{ host: "local", kind: "port", value: "9090", address: "127.0.0.1" },
  ...{ owner: "prometheus of orders", ...changes },
});

describe("what platforms take on one host", () => {
  test.each<[string, Partial<Claim>, boolean]>([
    ["the same port", {}, false],
    ["the same port under another name of the host", { host: "here" }, false],
    ["the same port of every address", { address: "0.0.0.0" }, false],
    ["another port", { value: "9091" }, true],
    ["the same port of another address", { address: "10.0.0.1" }, true],
    ["the same port of another machine", { engine: "ssh://root@10.0.0.2" }, true],
    ["a container of that name", { kind: "container" }, true],
  ])("%s", (_, changes, allowed) => {
    const claims = new Claims();
    claims.take(port());
    const second = () => claims.take(port({ owner: "prometheus of cache", ...changes }));
    if (allowed) second();
    else expect(second).toThrow(/prometheus of cache, but prometheus of orders has it already/);
  });
});

interface Part {
  readonly platform: string;
  readonly prefix?: string;
  readonly alias?: string;
  readonly published?: number;
  readonly engine?: string;
  readonly scope?: string;
}

const render = (parts: readonly Part[], preview = false): Promise<Registered[]> =>
  deploy(
    () => {
      for (const { platform: name, alias = "one", ...part } of parts) {
        const hosts = [{ name: "local", engine: part.engine ?? "unix:///var/run/docker.sock" }];
        const options = part.scope ? { parent: new Scope(part.scope) } : {};
        const args = { hosts, prefix: part.prefix ?? name };
        const platform = new DockerPlatform(name, args, { [alias]: "local" }, options);
        platform.workload(
          `${name}-${alias}`,
          {
            ...{ alias, host: "local", image: { stage: "etcd" }, files: {}, stopSeconds: 1 },
            volumes: [{ name: "data", path: "/var/lib/synfleet" }],
            ports: [{ internal: 1, ...(part.published && { published: part.published }) }],
            limits: { memoryMiB: 64, cpus: 1 },
          },
          { parent: platform },
        );
      }
    },
    { preview },
  );
const images = (resources: readonly Registered[]) =>
  resources.filter(({ type }) => type === "synfleet:platform:Image").map(({ name }) => name);

describe("two platforms of one program", () => {
  test("build an image that both use once, under the name that one alone gives it", async () => {
    expect(images(await render([{ platform: "orders" }, { platform: "cache" }]))).toEqual([
      "etcd-local",
    ]);
  });

  test("build it on each engine, where the hosts of both have one name", async () => {
    const elsewhere = { platform: "cache", engine: "ssh://root@10.0.0.2" };
    const resources = await render([{ platform: "orders" }, elsewhere]);
    expect(images(resources)).toEqual(["etcd-local", "cache-etcd-local"]);
  });

  test("are refused a port of one host, by a preview too", async () => {
    const parts = ["orders", "cache"].map((platform) => ({ platform, published: 9090 }));
    await expect(render(parts, true)).rejects.toThrow(
      'port 9090 of host local: got it for one of platform "cache" (prefix "cache"), but one of platform "orders" ' +
        '(prefix "orders") has it already; allowed: a port used once on its host. Give one of the two another port.',
    );
  });

  test.each<[string, Part, Part, RegExp]>([
    [
      "one prefix",
      { platform: "orders", prefix: "shop" },
      { platform: "cache", prefix: "shop" },
      /network shop-network of host local: .* Give one of the two platforms another prefix/,
    ],
    [
      "prefixes that meet in a container",
      { platform: "orders", prefix: "shop", alias: "redis-main" },
      { platform: "cache", prefix: "shop-redis", alias: "main" },
      /(container|volume) shop-redis-main.*: got it for main of platform "cache"/,
    ],
  ])("are refused %s", async (_, one, other, message) => {
    await expect(render([one, other])).rejects.toThrow(message);
  });

  test("of another run are no concern", async () => {
    const parts = [{ platform: "orders", published: 9090 }];
    await render(parts);
    await expect(render(parts)).resolves.not.toEqual([]);
  });
});

describe("a scope", () => {
  test("keeps the identities within it apart", async () => {
    const parts = [{ platform: "orders" }, { platform: "orders", prefix: "two", scope: "second" }];
    const urns = (await render(parts)).map(({ urn }) => urn);
    expect(urns.filter((urn) => urn.includes("::synfleet:scope:second$"))).not.toEqual([]);
    expect(new Set(urns).size).toBe(urns.length);
  });

  test.each(["", "Cache", "a$b", "a::b", "1"])("is not called %j", async (scope) => {
    await expect(deploy(() => void new Scope(scope))).rejects.toThrow(
      `name of a scope: got "${scope}"; allowed: lower-case letters`,
    );
  });
});
