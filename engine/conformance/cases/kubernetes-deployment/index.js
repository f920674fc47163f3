"use strict";
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const step = new pulumi.Config().getNumber("step") ?? 0;
const namespace = new k8s.core.v1.Namespace("space", {
  metadata: { name: "conformance-deployment" },
});
const metadata = { namespace: namespace.metadata.name };
const labels = { app: "web" };
const container = {
  name: "web",
  image: "lab/probe:1",
  imagePullPolicy: "Never",
  args: ["serve", ":8080"],
  env: [{ name: "COLOUR", value: ["green", "red"][step] }],
  ports: [{ containerPort: 8080 }],
  resources: { requests: { cpu: "10m", memory: "16Mi" } },
};
const web = new k8s.apps.v1.Deployment("web", {
  metadata,
  spec: {
    replicas: 1 + step,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [container], terminationGracePeriodSeconds: 1 },
    },
  },
});
const service = new k8s.core.v1.Service("web", {
  metadata,
  spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
});

exports.replicas = web.spec.replicas;
exports.ready = web.status.readyReplicas;
exports.type = service.spec.type;
