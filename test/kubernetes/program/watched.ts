/** Etcd on a cluster whose Prometheus operator's Prometheus watches it. */
import * as pulumi from "@pulumi/pulumi";
import {
  CertificateAuthority,
  EtcdCluster,
  KubernetesPlatform,
  MonitoringStack,
} from "../../../components/index.ts";
import { etcdJob } from "../../../components/etcd/spec.ts";

const config = new pulumi.Config();
const [prefix, context] = [config.require("prefix"), config.require("context")];
const platform = new KubernetesPlatform("platform", {
  ...{ prefix, context, images: "loaded", keepVolumes: false, volumeGiB: 1 },
  monitoring: config.requireObject("monitoring"),
});
const parts = {
  platform,
  authority: new CertificateAuthority("authority", { commonName: prefix }),
};
const members = [{ name: "etcd1", host: "cluster" }];
const { workloads } = new EtcdCluster("etcd", { ...parts, members });
platform.whenReady("etcd-ready", workloads, parts.authority);
new MonitoringStack("monitoring", {
  ...{ ...parts, host: "cluster", cluster: prefix, exporters: [] },
  ports: { prometheus: 9090, grafana: 3000 },
  jobs: [etcdJob(platform, members)],
  rules: { etcdMembers: 1 },
  statistics: { user: "statistics", password: pulumi.secret("unused"), bcryptHash: "unused" },
});
