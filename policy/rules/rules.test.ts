import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import { ask, askStack, container, resource, service, unknown, volume } from "../testing/run.ts";
import {
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
  postgresNodeHasVolume,
  rules,
  volumeProtected,
} from "./index.ts";
import { postgresNodeType } from "./types.ts";

const containerRules: ResourceValidationPolicy[] = [
  containerHardened,
  containerPortsLoopback,
  containerSecretsAsFiles,
];

test("names are unique and every rule says what it wants", () => {
  expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(rule.description).toMatch(/\.$/);
  }
});

test.each(containerRules.map((rule) => [rule.name, rule] as const))(
  "%s accepts the compliant container and leaves others alone",
  async (_, rule) => {
    expect(await ask(rule, container())).toEqual([]);
    expect(await ask(rule, volume())).toBe("not applicable");
  },
);

/** Breaks the compliant container in one place: the rule says one thing, which holds the text. */
const breaks = (
  rule: ResourceValidationPolicy,
  cases: readonly (readonly [name: string, change: Record<string, unknown>, text: string])[],
) =>
  test.each(cases)("refuses %s", async (_, change, text) => {
    const said = await ask(rule, container(change));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(text);
  });

describe("container-ports-loopback", () => {
  const port = (ip?: string) => ({
    ports: [{ internal: 5432, external: 5432, ...(ip === undefined ? {} : { ip }) }],
  });
  breaks(containerPortsLoopback, [
    ["all addresses", port("0.0.0.0"), "Port 5432 is published on 0.0.0.0:5432"],
    ["no address, which is all", port(), "published on 0.0.0.0:5432"],
    ["all of IPv6", port("::"), "published on :::5432"],
    ["a public address", port("203.0.113.9"), "published on 203.0.113.9:5432"],
  ]);

  test("accepts loopback, addresses of a fleet and what is configured", async () => {
    for (const ip of ["127.0.0.1", "::1", "10.0.1.10", "172.16.0.1", "192.168.1.1"]) {
      expect(await ask(containerPortsLoopback, container(port(ip)))).toEqual([]);
    }
    const strict = { privateAddresses: false };
    expect(await ask(containerPortsLoopback, container(port("10.0.1.10")), strict)).toHaveLength(1);
    const meant = { addresses: ["203.0.113.9"] };
    expect(await ask(containerPortsLoopback, container(port("203.0.113.9")), meant)).toEqual([]);
  });

  test("says nothing yet about an address that is not known", async () => {
    expect(await ask(containerPortsLoopback, container(port(unknown)))).toBe("unknown");
  });
});

describe("container-hardened", () => {
  breaks(containerHardened, [
    ["privileged", { privileged: true }, "privileged is true"],
    [
      "the Docker socket as a volume",
      { volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/s" }] },
      "/var/run/docker.sock is mounted",
    ],
    [
      "the Docker socket as a mount",
      { mounts: [{ type: "bind", source: "/run/docker.sock" }] },
      "/run/docker.sock is mounted",
    ],
    ["all capabilities", { capabilities: { adds: ["ALL"] } }, "as good as privileged"],
    ["the host's network", { networkMode: "host" }, 'networkMode is "host"'],
    ["no memory limit", { memory: undefined }, "memory is not limited"],
    ["no restart policy", { restart: undefined }, 'restart is "no"'],
    ["no health check", { healthcheck: undefined }, "no health check"],
    ["a health check that is off", { healthcheck: { tests: ["NONE"] } }, "no health check"],
  ]);

  test("lets a one-shot container end and be silent", async () => {
    const oneShot = container({ mustRun: false, restart: "no", healthcheck: undefined });
    expect(await ask(containerHardened, oneShot)).toEqual([]);
  });

  test("lets named containers do without a health check", async () => {
    const config = { withoutHealthCheck: ["postgres1"] };
    const without = container({ healthcheck: undefined });
    expect(await ask(containerHardened, without, config)).toEqual([]);
  });

  test("says nothing yet about a limit that is not known", async () => {
    expect(await ask(containerHardened, container({ memory: unknown }))).toBe("unknown");
  });
});

describe("container-secrets-as-files", () => {
  breaks(containerSecretsAsFiles, [
    ["a password in the environment", { envs: ["POSTGRES_PASSWORD=x"] }, "POSTGRES_PASSWORD"],
    ["a token in the environment", { envs: ["apiToken=x", "API_TOKEN=x"] }, "API_TOKEN"],
    ["a URL with a password", { envs: ["URL=postgres://u:p@host/db"] }, "URL holds a secret"],
    ["an option with a password", { command: ["--password=x"] }, "--password gives a secret"],
    ["an option before a password", { command: ["--requirepass-token", "x"] }, "gives a secret"],
    [
      "a key in a label",
      { labels: [{ label: "key", value: "-----BEGIN EC PRIVATE KEY-----" }] },
      "labels: key",
    ],
    [
      "a marked label",
      { labels: [{ label: "a", value: new Secret("x") }] },
      "labels holds a value",
    ],
    ["a marked environment", { envs: [new Secret("A=x")] }, "envs holds a value that is marked"],
    ["marked arguments", { command: new Secret(["x"]) }, "command holds a value that is marked"],
  ]);

  test("never repeats the secret", async () => {
    const said = await ask(containerSecretsAsFiles, container({ envs: ["A_PASSWORD=hunter2"] }));
    expect(JSON.stringify(said)).not.toContain("hunter2");
  });

  test("says nothing yet about arguments that are not known", async () => {
    expect(await ask(containerSecretsAsFiles, container({ command: [unknown] }))).toBe("unknown");
  });
});

describe("a service of a Swarm", () => {
  test.each([containerHardened, containerSecretsAsFiles].map((rule) => [rule.name, rule] as const))(
    "%s accepts the compliant one",
    async (_, rule) => expect(await ask(rule, service())).toEqual([]),
  );

  test("publishes where the Swarm does, which no rule for containers knows", async () => {
    expect(await ask(containerPortsLoopback, service())).toBe("not applicable");
  });

  test.each<[string, ReturnType<typeof service>, string]>([
    [
      "the Docker socket",
      service({ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/s" }] }),
      "/var/run/docker.sock is mounted",
    ],
    ["all capabilities", service({ capAdds: ["ALL"] }), "as good as privileged"],
    ["no memory limit", service({}, { resources: {} }), "memory is not limited"],
  ])("is refused with %s", async (_, subject, text) => {
    expect(await ask(containerHardened, subject)).toEqual([expect.stringContaining(text)]);
  });

  test("that ends by itself is not asked to be started again", async () => {
    const once = service({}, { restartPolicy: { condition: "none" } });
    expect(await ask(containerHardened, once)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["a password in its environment", { env: { A_PASSWORD: "x" } }, "A_PASSWORD"],
    ["an option with a password", { args: ["--password=x"] }, "--password gives a secret"],
    ["a marked label", { labels: [{ label: "a", value: new Secret("x") }] }, "labels holds"],
    ["a marked environment", { env: { A: new Secret("x") } }, "env holds a value that is marked"],
    ["marked arguments", { args: new Secret(["x"]) }, "args holds a value that is marked"],
  ])("is refused with %s", async (_, change, text) => {
    const said = await ask(containerSecretsAsFiles, service(change));
    expect(said).toEqual([expect.stringContaining(text)]);
  });
});

describe("volume-protected", () => {
  test("refuses an open volume in prod, and only there", async () => {
    expect(await ask(volumeProtected, volume())).toEqual([]);
    const said = await ask(volumeProtected, volume({ protect: false }));
    expect(said).toEqual([expect.stringContaining("postgres1-data is not protected")]);
    expect(await ask(volumeProtected, volume({ protect: false, stack: "dev" }))).toBe(
      "not applicable",
    );
    expect(await ask(volumeProtected, container())).toBe("not applicable");
  });

  test("takes the stacks from its configuration and spares what can be made again", async () => {
    const open = volume({ protect: false, stack: "live" });
    expect(await ask(volumeProtected, open, { stacks: ["live"] })).toHaveLength(1);
    const files = volume({ protect: false, name: "postgres1-config" });
    expect(await ask(volumeProtected, files)).toEqual([]);
  });
});

describe("postgres-node-has-volume", () => {
  const node = (name: string) => resource({ type: postgresNodeType, name, props: {} });
  const below = (parent: ReturnType<typeof node>, change: Record<string, unknown> = {}) =>
    resource({ ...container(change), name: parent.name, parent });
  const data = (volumeName: string) => ({
    volumes: [{ volumeName, containerPath: "/var/lib/synfleet" }],
  });
  const one = node("postgres1");
  const two = node("postgres2");

  test("accepts a volume for each", async () => {
    const stack = [one, two, below(one, data("a")), below(two, data("b"))];
    expect(await askStack(postgresNodeHasVolume, stack)).toEqual([]);
  });

  test("refuses none, one without a name, and one for two", async () => {
    const none = [one, below(one, { volumes: [] })];
    expect(await askStack(postgresNodeHasVolume, none)).toEqual([
      expect.stringContaining("postgres1 has no named volume"),
    ]);
    const host = [{ hostPath: "/data", containerPath: "/var/lib/synfleet" }];
    expect(
      await askStack(postgresNodeHasVolume, [one, below(one, { volumes: host })]),
    ).toHaveLength(1);
    const shared = [one, two, below(one, data("a")), below(two, data("a"))];
    expect(await askStack(postgresNodeHasVolume, shared)).toEqual([
      expect.stringContaining("postgres2 shares volume a with postgres1"),
    ]);
  });

  test("looks at services too", async () => {
    const on = (parent: ReturnType<typeof node>, change: Record<string, unknown> = {}) =>
      resource({ ...service(change), name: parent.name, parent });
    expect(await askStack(postgresNodeHasVolume, [one, on(one)])).toEqual([]);
    expect(await askStack(postgresNodeHasVolume, [one, on(one, { mounts: [] })])).toEqual([
      expect.stringContaining("postgres1 has no named volume"),
    ]);
    expect(await askStack(postgresNodeHasVolume, [one, two, on(one), on(two)])).toHaveLength(1);
  });

  test("has nothing to say without a node", async () => {
    expect(await askStack(postgresNodeHasVolume, [resource(volume())])).toBe("not applicable");
  });
});
