/** A proxy before something that answers, on a cluster whose Ingress controller leads to it. */
import * as pulumi from "@pulumi/pulumi";
import { CertificateAuthority, HttpProxy, KubernetesPlatform } from "../../../components/index.ts";

const config = new pulumi.Config();
const [prefix, context] = [config.require("prefix"), config.require("context")];
const platform = new KubernetesPlatform("platform", {
  ...{ prefix, context, images: "loaded", keepVolumes: false },
  ingress: config.requireObject("ingress"),
});
const authority = new CertificateAuthority("authority", { commonName: prefix });
const app = platform.workload(
  "app",
  {
    ...{ alias: "app", host: "cluster", image: { reference: "lab/probe:1" } },
    ...{
      command: ["serve", ":8080"],
      files: { about: { content: "An app." } },
      volumes: [],
      stopSeconds: 1,
    },
    ports: [{ internal: 8080 }],
    limits: { memoryMiB: 64, cpus: 0.1 },
    reloads: false,
  },
  { parent: authority },
);
const proxy = new HttpProxy("proxy", {
  ...{ platform, authority, host: "cluster" },
  ports: { http: 15080, https: 15443 },
  app: {
    upstreams: [{ name: "app", port: 8080, mode: "write" }],
    ...{ serverName: "app", tls: false, healthPath: "/health" },
  },
  dependsOn: [app.settled],
});

export const url = pulumi.output(proxy.workload.settled.urn).apply(() => proxy.url);
