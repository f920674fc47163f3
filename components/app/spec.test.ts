import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { trustStore } from "../pki/truststore.ts";
import type { AppProgram } from "./program.ts";
import { referenceApp } from "./reference.ts";
import { appSpec, type AppMember } from "./spec.ts";
import { synaxicApi } from "./synaxic.ts";

const program: AppProgram = {
  image: { reference: "example/shop:1" },
  user: 1001,
  port: 3000,
  healthPath: "/healthz",
  environment: { LOG: "info", REGION: "north" },
  files: { "shop.conf": { content: "a" } },
};
const member: AppMember = { name: "shop1", host: "local" };
const spec = (change: Partial<AppProgram> = {}, of: Partial<AppMember> = {}) =>
  appSpec({
    member: { ...member, ...of },
    program: { ...program, ...change },
    limits: { memoryMiB: 512, cpus: 1 },
    stopSeconds: 30,
    files: { "tls/node.key": { content: "key", secret: true } },
  });

describe("an app of any image", () => {
  test("is its program on a member's host, with a certificate", () => {
    expect(spec({}, { port: 9001 })).toEqual({
      alias: "shop1",
      host: "local",
      image: { reference: "example/shop:1" },
      environment: { LOG: "info", REGION: "north" },
      user: 1001,
      files: { "shop.conf": { content: "a" }, "tls/node.key": { content: "key", secret: true } },
      volumes: [],
      ports: [{ internal: 3000, published: 9001 }],
      limits: { memoryMiB: 512, cpus: 1 },
      stopSeconds: 30,
      health: [
        ..."curl --silent --show-error --fail --output /dev/null --max-time 4".split(" "),
        "http://localhost:3000/healthz",
      ],
      reloads: false,
    });
  });

  test("has no port of its host unless asked, and verifies its own HTTPS", () => {
    const { ports, health } = spec({ tls: true });
    expect(ports).toEqual([{ internal: 3000 }]);
    expect(health!.slice(-3)).toEqual([
      "--cacert",
      "/etc/synfleet/tls/ca.crt",
      "https://localhost:3000/healthz",
    ]);
  });

  test("may differ by instance", () => {
    const each: AppProgram["each"] = ({ alias, mode }) => ({
      environment: { REGION: alias },
      files: { mode: { content: mode } },
    });
    expect(spec({ each }, { mode: "read" })).toMatchObject({
      environment: { LOG: "info", REGION: "shop1" },
      files: { mode: { content: "read" }, "shop.conf": { content: "a" } },
    });
  });

  test("refuses a health path that is none", () => {
    expect(() => spec({ healthPath: "healthz" })).toThrow(
      'healthPath of the app is "healthz". Allowed: a path that begins with "/"',
    );
  });

  test.each(["/etc/passwd", "../up", "a/../b", "a//b", "a/", "", "tls/node.key", "tls/ca.crt"])(
    "refuses a file at %j",
    (path) => {
      expect(() => spec({ files: { [path]: { content: "x" } } })).toThrow(
        `files of the app: ${JSON.stringify(path)}. Allowed: a path below /etc/synfleet`,
      );
    },
  );

  test.each(["shop.conf", ".hidden", "a/b/c.d", "tls/other.crt"])("takes a file at %j", (path) => {
    expect(spec({ files: { [path]: { content: "x" } } }).files).toHaveProperty([path]);
  });
});

const reading = { host: "balancer", port: 5001 };
const writing = { host: "balancer", port: 5002 };
const redis = { host: "balancer", port: 6380 };
const login = { user: "synaxic", password: "s3cret" };

describe("the reference app", () => {
  const reference = referenceApp({
    database: { write: writing, read: reading, name: "synaxic", ...login },
    cache: { write: redis, ...login },
  });
  const of = (mode: "write" | "read") =>
    appSpec({
      member: { ...member, mode },
      program: reference,
      limits: { memoryMiB: 256, cpus: 1 },
      stopSeconds: 30,
      files: {},
    });

  test("reads where it is told by its mode", () => {
    const conf = (mode: "write" | "read") =>
      JSON.parse(of(mode).files["app.json"]!.content as string);
    expect(conf("write")).toMatchObject({ mode: "write", database: writing, cache: redis });
    expect(conf("read")).toMatchObject({ mode: "read", database: reading, cache: redis });
  });

  test("has its passwords in secret files and nowhere else", () => {
    const { files, ...rest } = of("write");
    expect(Object.keys(files).filter((path) => files[path]!.secret)).toEqual([
      "secrets/database_password",
      "secrets/cache_password",
    ]);
    expect(JSON.stringify([rest, files["app.json"]])).not.toContain("s3cret");
  });
});

/** Any certificate. */
const authorityPem = `-----BEGIN CERTIFICATE-----
MIIBODCB66ADAgECAhQSHgxcnCZzb1k3DHmRjedp3+UcjTAFBgMrZXAwETEPMA0G
A1UEAwwGb3JkZXJzMCAXDTI2MTEyMTE5MzM0M1oYDzIxMjYxMDI4MTkzMzQzWjAR
MQ8wDQYDVQQDDAZvcmRlcnMwKjAFBgMrZXADIQDT12SfeUDP/RdkDL88nMngtRE6
LQL5kP98oN5acUZTYqNTMFEwHQYDVR0OBBYEFHAv+cbPCPxd/sRviEClj1qMOcLc
MB8GA1UdIwQYMBaAFHAv+cbPCPxd/sRviEClj1qMOcLcMA8GA1UdEwEB/wQFMAMB
Af8wBQYDK2VwA0EAqfH5PTvTs0dFCN2APL5Bl/ggZoyGEXSTMFkdxvIyPAeIzx/k
f8YcDSWT2yQ8f57BV9wzrGfDhe91x5E5lnOVBA==
-----END CERTIFICATE-----
`;

describe("the public Synaxic API", () => {
  const synaxic = synaxicApi({
    image: "example/synaxic:1",
    database: { ...writing, name: "synaxic", ...login },
    redis: { ...redis, ...login },
    authorityPem,
  });

  test("finds its trust store where it looks, and its passwords as files of Spring's names", async () => {
    const made = spec(synaxic);
    expect(made).toMatchObject({ user: 1001, filesAt: ["/app/redis-tls"] });
    const { content, base64 } = made.files["truststore.p12"]!;
    expect(base64).toBe(true);
    expect(await new Promise((resolve) => pulumi.output(content).apply(resolve))).toBe(
      trustStore(authorityPem, "changeit"),
    );
    expect(Object.keys(made.files).filter((path) => made.files[path]!.secret)).toEqual([
      "spring/SPRING_DATASOURCE_PASSWORD",
      "spring/SPRING_DATA_REDIS_PASSWORD",
      "tls/node.key",
    ]);
    expect(JSON.stringify(made.environment)).not.toMatch(/s3cret|changeit|PASSWORD/);
  });

  test("has the Google login only when it is given", () => {
    const withLogin = synaxicApi({
      image: "example/synaxic:1",
      database: { ...writing, name: "synaxic", ...login },
      redis: { ...redis, ...login },
      authorityPem,
      google: { id: "1", secret: "2" },
    });
    const google = (made: AppProgram) =>
      Object.keys(made.files!).filter((path) => path.includes("GOOGLE"));
    expect(google(synaxic)).toEqual([]);
    expect(google(withLogin)).toHaveLength(2);
  });
});
