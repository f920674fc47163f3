import { spawn } from "node:child_process";
import { once } from "node:events";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appSpec } from "../../../components/app/spec.ts";
import { synaxicApi } from "../../../components/app/synaxic.ts";
import { archive } from "../../../components/platform/docker/archive.ts";
import { until } from "../images/bench.ts";
import { database } from "./database.ts";
import { AppLab, proxyFiles } from "./lab.ts";

/** There is no published image: whoever has built one from Synaxic's repository names it here. */
const image = process.env["SYNAXIC_IMAGE"];
const lab = new AppLab();
const { bench } = lab;
const name = "synaxic1";
const volume = bench.name(`${name}-files`);

describe.skipIf(image === undefined)("the public Synaxic API", () => {
  beforeAll(() => lab.startStores(), 240_000);
  afterAll(async () => {
    await bench.docker("rm", "--force", bench.name(name)).catch(() => undefined);
    await lab.stop();
    await bench.docker("volume", "rm", "--force", volume);
  }, 60_000);

  const spec = async () => {
    const certificate = await bench.certificate(name, name, ["app"]);
    return appSpec({
      member: { name, host: "local" },
      program: synaxicApi({
        image: image!,
        database: { host: "database", port: 5432, ...database },
        redis: { host: "redis1", port: 6380, ...lab.cacheLogin },
        authorityPem: await bench.authority,
      }),
      limits: { memoryMiB: 768, cpus: 1 },
      stopSeconds: 30,
      files: Object.fromEntries(certificate.map(({ path, ...file }) => [path, file])),
    });
  };

  test("is UP with the settings that synaxicApi gives it", async () => {
    const { files, environment = {}, filesAt = [], user, health = [] } = await spec();
    const entries = await Promise.all(
      Object.entries(files).map(async ([path, { content, base64, secret = false }]) => {
        const text = await new Promise<string>((resolve) => pulumi.output(content).apply(resolve));
        return { path, content: base64 ? Buffer.from(text, "base64") : text, secret };
      }),
    );
    await bench.docker(
      ...["create", "--name", bench.name(name), "--hostname", name, "--user", `${user}:${user}`],
      ...["--network", bench.prefix, "--network-alias", name, "--memory", "768m"],
      ...["--read-only", "--tmpfs", `/tmp:noexec,uid=${user}`, "--tmpfs", "/run"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["/etc/synfleet", ...filesAt].flatMap((path) => ["--volume", `${volume}:${path}`]),
      ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      image!,
    );
    const copy = spawn("docker", ["cp", "-", `${bench.name(name)}:/etc/synfleet`]);
    copy.stdin.end(Buffer.from(await archive(entries, user), "base64"));
    expect(await once(copy, "close")).toEqual([0, null]);
    await bench.docker("start", bench.name(name));
    await until(
      async () => (await bench.exec(name, ...health)).code === 0,
      "the API",
      150_000,
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${(await bench.logs(name)).slice(-6000)}`);
    });
    const certificates = ["--cacert", "/etc/synfleet/tls/ca.crt"];
    const asked = ["curl", "-s", ...certificates, "https://localhost:8080/actuator/health"];
    const { components } = JSON.parse((await bench.exec(name, ...asked)).output);
    expect(components).toMatchObject({ db: { status: "UP" }, redis: { status: "UP" } });
  });

  test("sees its clients' own addresses behind the proxy, over TLS all the way", async () => {
    const upstreams = [{ name, port: 8080, mode: "write" as const }];
    const files = [...(await bench.certificate("proxy")), ...proxyFiles({}, upstreams)];
    await bench.container("proxy", "proxy", files, [8080, 8443]);
    await lab.ready("proxy");
    const { client } = await lab
      .ask("proxy", "/v1/ip")
      .then(({ body }) => ({ client: JSON.parse(body).ip as string }));
    expect(client).not.toBe(await bench.address("proxy"));
    expect((await lab.ask("proxy", "/actuator/prometheus")).status).toBe(404);
  });

  test("has no password in what Docker shows of it", async () => {
    const shown = await bench.docker("inspect", bench.name(name));
    expect(shown).not.toContain("canary");
  });
});
