import { describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { HttpProxy, type HttpProxyArgs } from "./proxy.ts";
import { proxySpec } from "./spec.ts";

const app = {
  upstreams: [{ name: "app-main", port: 8080, mode: "write" as const }],
  serverName: "app",
  tls: true,
  healthPath: "/actuator/health",
};
const ports = { http: 9080, https: 9443 };

async function made(change: Partial<HttpProxyArgs> = {}) {
  const platform = new RecordingPlatform();
  let proxy: HttpProxy | undefined;
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      proxy = new HttpProxy("proxy", { platform, authority, host: "local", app, ports, ...change });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources, proxy: proxy! };
}

test("HttpProxy is one workload with a certificate for the site's names", async () => {
  const { platform, resources, proxy } = await made({ names: ["api.example.org"] });
  expect(listed(resources).filter((line) => !line.includes("authority"))).toEqual([
    "CertRequest proxy-tls-request",
    "Certificate proxy-tls",
    "HttpProxy proxy",
    "LocallySignedCert proxy-tls-certificate",
    "PrivateKey proxy-tls-key",
    "Workload proxy",
  ]);
  const request = resources.find(({ name }) => name === "proxy-tls-request")!;
  expect(request.inputs).toMatchObject({ dnsNames: ["proxy", "api.example.org", "local.example"] });
  expect(platform.secretFiles("proxy")).toEqual(["tls/node.key"]);
  expect(proxy.url).toBe("https://local.example:9443");
});

describe("the proxy's workload", () => {
  const base = { alias: "proxy", host: "local", app, ports, files: {} };
  const conf = (args: Parameters<typeof proxySpec>[0]) =>
    proxySpec(args).files["nginx.conf"]!.content as string;

  test("has the site's ports on the host, and the one for monitoring only inside", () => {
    expect(proxySpec(base).ports).toEqual([
      { internal: 8080, published: 9080, peers: false },
      { internal: 8443, published: 9443, peers: false },
      { internal: 8081 },
    ]);
  });

  test("shows a certificate of one's own, and then has browsers insist on HTTPS", () => {
    const certificate = { certificatePem: "CERTIFICATE", privateKeyPem: "KEY" };
    const { files } = proxySpec({ ...base, certificate });
    expect(files["site/site.key"]).toEqual({ content: "KEY", secret: true });
    const text = conf({ ...base, certificate });
    expect(text).toContain("ssl_certificate /etc/synfleet/site/site.crt;");
    expect(text).toContain("max-age=31536000");
    expect(conf(base)).not.toContain("max-age");
  });

  test("settings reach nginx.conf", () => {
    expect(conf({ ...base, bodyMiB: 3, trustedProxies: ["10.0.0.1"] })).toMatch(
      /client_max_body_size 3m;[^]*set_real_ip_from 10\.0\.0\.1;/,
    );
  });
});
