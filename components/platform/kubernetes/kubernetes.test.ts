import { describe, expect, test } from "vitest";
import {
  deploy,
  inputsOf,
  isSecret,
  listed,
  named,
  plain,
  type Registered,
} from "../../../test/support/deploy.ts";
import type { WorkloadSpec } from "../platform.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { contentName } from "./files.ts";
import { KubernetesPlatform } from "./kubernetes.ts";

const spec = (alias: string, changes: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  alias,
  host: "cluster",
  image: { stage: "balancer" },
  files: {
    "server.conf": { content: "a = 1" },
    "store.jks": { content: "AAEC", base64: true },
    "secrets/password": { content: "hidden", secret: true },
  },
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 5433 }, { internal: 9000 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 90,
  health: ["/usr/local/bin/healthy"],
  ...changes,
});

const render = (
  args: Partial<KubernetesPlatformArgs> = {},
  specs: readonly WorkloadSpec[] = [spec("alpha")],
): Promise<Registered[]> =>
  deploy(() => {
    const platform = new KubernetesPlatform("platform", {
      ...{ prefix: "orders", context: "lab", images: "loaded", ...args },
    });
    let before: ReturnType<KubernetesPlatform["workload"]>[] = [];
    for (const one of specs) {
      const peers = specs.filter(({ alias }) => alias !== one.alias).map(({ alias }) => alias);
      const set = peers.length > 0 && { peers, set: "greek" };
      const options = { parent: platform, after: before, ...set };
      before = [platform.workload(one.alias, one, options)];
    }
  });

describe("a workload on a cluster", () => {
  test("is its files, its volume, its names, who may use them, the gate, the set, and the settling", async () => {
    expect(listed(await render())).toEqual([
      "Command alpha-gate",
      "Command alpha-settled",
      "ConfigMap alpha-config",
      "Kubernetes platform",
      "Namespace platform-namespace",
      "NetworkPolicy alpha-admitted",
      "NetworkPolicy platform-among-parts",
      "NetworkPolicy platform-default-deny",
      "PersistentVolumeClaim alpha-data",
      "Secret alpha-secrets",
      "Service alpha-clients",
      "Service alpha-name",
      "StatefulSet alpha",
      "kubernetes platform",
      "kubernetes platform-keeper",
    ]);
  });

  test("has neither names nor a volume where nobody calls it and it keeps nothing", async () => {
    const resources = await render({}, [spec("alpha", { volumes: [], ports: [], files: {} })]);
    expect(listed(resources).filter((line) => / alpha/.test(line))).toEqual([
      ...["Command alpha-gate", "Command alpha-settled", "Deployment alpha"],
      "NetworkPolicy alpha-admitted",
    ]);
  });

  test("sees its files by names that follow from them, secrets readable by its user alone", async () => {
    const resources = await render();
    const config = inputsOf(resources, "alpha-config", "ConfigMap");
    const secrets = inputsOf(resources, "alpha-secrets", "Secret");
    expect(config).toMatchObject({
      immutable: true,
      data: { "server.conf": "a = 1" },
      binaryData: { "store.jks": "AAEC" },
    });
    expect(secrets["immutable"]).toBe(true);
    expect(plain(secrets["data"])).toEqual({
      secrets__password: Buffer.from("hidden").toString("base64"),
    });
    const { template } = inputsOf(resources, "alpha", "StatefulSet")["spec"];
    expect(template.spec.volumes[0].projected.sources).toEqual([
      {
        configMap: {
          name: config["metadata"].name,
          items: [
            { key: "server.conf", path: "server.conf", mode: 0o444 },
            { key: "store.jks", path: "store.jks", mode: 0o444 },
          ],
        },
      },
      {
        secret: {
          name: secrets["metadata"].name,
          items: [{ key: "secrets__password", path: "secrets/password", mode: 0o400 }],
        },
      },
    ]);
  });

  test("has secrets in secret data alone", async () => {
    const resources = await render();
    const secret = named(resources, "alpha-secrets", "Secret");
    expect(isSecret(secret.inputs["data"])).toBe(true);
    expect(isSecret(secret.inputs["metadata"].name)).toBe(false);
    for (const { name, inputs } of resources) {
      if (name === "alpha-secrets") continue;
      expect([name, /hidden|aGlkZGVu/.test(JSON.stringify(inputs))]).toEqual([name, false]);
    }
  });

  test("is told from one of another specification by a label, which settling waits for", async () => {
    const fingerprintOf = async (changes: Partial<WorkloadSpec>) => {
      const resources = await render({}, [spec("alpha", changes)]);
      const { template } = inputsOf(resources, "alpha", "StatefulSet")["spec"];
      const label = template.metadata.labels["org.synfleet.spec"] as string;
      const { environment } = inputsOf(resources, "alpha-settled", "Command");
      expect(environment.SPEC).toBe(label);
      return label;
    };
    const same = await fingerprintOf({});
    expect(await fingerprintOf({})).toBe(same);
    const changed = [
      await fingerprintOf({ limits: { memoryMiB: 512, cpus: 0.5 } }),
      await fingerprintOf({ files: { "server.conf": { content: "a = 2" } } }),
    ];
    expect(changed).not.toContain(same);
  });

  test("names its peers to the gate, and comes after the one before it", async () => {
    const resources = await render({}, [spec("alpha"), spec("beta")]);
    const { environment, update, delete: gone } = inputsOf(resources, "beta-gate", "Command");
    expect(environment).toMatchObject({ PEERS: "alpha", CONTEXT: "lab", NAMESPACE: "orders" });
    expect(environment.OBJECT).toBe("statefulset/beta");
    expect(update).toContain("nothing was changed on $ALIAS");
    expect(gone).toContain("kube delete");
    const gate = named(resources, "beta-gate", "Command");
    expect(gate.dependsOn).toContain(named(resources, "alpha-settled", "Command").urn);
    // Both become ready together.
    expect(inputsOf(resources, "alpha-settled", "Command")).toMatchObject({ create: "true" });
  });

  test("of a set has one budget with the others, and keeps apart from them", async () => {
    const resources = await render({ spread: "required" }, [spec("alpha"), spec("beta")]);
    const budgets = resources.filter(({ type }) => type.endsWith(":PodDisruptionBudget"));
    expect(budgets.map(({ name }) => name)).toEqual(["greek-budget"]);
    const { matchLabels } = plain(budgets[0]!.inputs)["spec"].selector;
    for (const name of ["alpha", "beta"]) {
      const { template } = inputsOf(resources, name, "StatefulSet")["spec"];
      expect(template.metadata.labels).toMatchObject(matchLabels);
      const { podAntiAffinity } = template.spec.affinity;
      expect(podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
      expect(template.spec.containers[0].readinessProbe.exec.command).toEqual([
        "/usr/local/bin/ready",
      ]);
    }
  });

  test("that ends by itself is a job of its own for each specification, and its end is waited for", async () => {
    const once = spec("alpha", { oneShot: true, volumes: [], ports: [] });
    const resources = await render({}, [once]);
    const { SPEC } = inputsOf(resources, "alpha-settled", "Command")["environment"];
    expect(inputsOf(resources, "alpha", "Job")["metadata"].name).toBe(`alpha-${SPEC}`);
    expect(inputsOf(resources, "alpha-settled", "Command")["create"]).toContain("Succeeded");
  });

  test.each<[string, Partial<KubernetesPlatformArgs>, readonly WorkloadSpec[], RegExp]>([
    ["on an unknown host", {}, [spec("alpha", { host: "z" })], /host: got "z".* allowed: cluster/],
    ["that is there twice", {}, [spec("alpha"), spec("alpha")], /alpha: is there twice/],
    [
      "that sees a folder of the node",
      {},
      [spec("alpha", { hostMounts: [{ hostPath: "/", path: "/host" }] })],
      /alpha: hostMounts has \//,
    ],
    [
      "whose image nodes cannot have",
      { images: "registry" },
      [spec("alpha")],
      /imageRegistry: got nothing; allowed on Kubernetes: a registry/,
    ],
  ])("%s is refused", async (_, args, specs, message) => {
    await expect(render(args, specs)).rejects.toThrow(message);
  });
});

describe("images", () => {
  const imageOf = async (args: Partial<KubernetesPlatformArgs>, image: WorkloadSpec["image"]) => {
    const resources = await render(args, [spec("alpha", { image })]);
    const { image: reference, imagePullPolicy } = inputsOf(resources, "alpha", "StatefulSet")[
      "spec"
    ].template.spec.containers[0];
    return { reference, imagePullPolicy, resources };
  };

  test("that are loaded are asked of nobody", async () => {
    const { reference, imagePullPolicy } = await imageOf({}, { stage: "balancer" });
    expect(reference).toMatch(/^synfleet\/balancer:[0-9a-f]{12}$/);
    expect(imagePullPolicy).toBe("Never");
  });

  test("of a registry are built here and kept there before anything runs", async () => {
    const imageRegistry = { address: "registry.example.com/team" };
    const given = { images: "registry", imageRegistry } as const;
    const { reference, imagePullPolicy, resources } = await imageOf(given, { stage: "balancer" });
    expect(reference).toMatch(/^registry\.example\.com\/team\/synfleet-balancer:[0-9a-f]{12}$/);
    expect(imagePullPolicy).toBe("IfNotPresent");
    const built = named(resources, "balancer-platform-build", "Command");
    expect(plain(built.inputs)["environment"]).toMatchObject({ REMOTE: reference });
    expect(named(resources, "alpha-gate", "Command").dependsOn).toContain(built.urn);
  });

  test("of others are taken as they are named", async () => {
    const { reference } = await imageOf({}, { reference: "example/server:1" });
    expect(reference).toBe("example/server:1");
  });
});

describe("the namespace", () => {
  test("permits what the strictest level of Pod Security does, and no more", async () => {
    const { metadata } = inputsOf(await render(), "platform-namespace", "Namespace");
    expect(metadata).toMatchObject({
      name: "orders",
      labels: {
        "org.synfleet.fleet": "orders",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    });
  });

  test("and the volumes alone are found again, by a connection that takes over what is there", async () => {
    const resources = await render();
    const keeper = named(resources, "platform-keeper", "kubernetes");
    expect(String(keeper.inputs["upsertExistingObjects"])).toBe("true");
    const own = named(resources, "platform", "kubernetes");
    expect(own.inputs["upsertExistingObjects"]).toBeUndefined();
    const kept = resources
      .filter(({ provider }) => provider.startsWith(`${keeper.urn}::`))
      .map(({ name }) => name);
    expect(kept.sort()).toEqual(["alpha-data", "platform-namespace"]);
  });
});

test("files have names that follow from where and what they are", () => {
  const name = contentName("alpha-config", { "a.conf": "1", "b.conf": "2" });
  expect(name).toMatch(/^alpha-config-[0-9a-f]{12}$/);
  expect(contentName("alpha-config", { "b.conf": "2", "a.conf": "1" })).toBe(name);
  expect(contentName("alpha-config", { "a.conf": "2", "b.conf": "1" })).not.toBe(name);
});
