"use strict";
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const step = new pulumi.Config().getNumber("step") ?? 0;
const namespace = new k8s.core.v1.Namespace("space", {
  metadata: { name: "conformance-stateful" },
});
const metadata = { namespace: namespace.metadata.name };
const labels = { app: "store" };
const service = new k8s.core.v1.Service("store", {
  metadata,
  spec: { clusterIP: "None", selector: labels, ports: [{ port: 80 }] },
});
const store = new k8s.apps.v1.StatefulSet("store", {
  metadata,
  spec: {
    replicas: 2,
    serviceName: service.metadata.name,
    podManagementPolicy: step === 2 ? "Parallel" : "OrderedReady",
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: { step: `${Math.min(step, 1)}` } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: "store",
            image: "lab/probe:1",
            imagePullPolicy: "Never",
            args: ["serve", ":8080"],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
      },
    ],
  },
});

exports.ready = store.status.readyReplicas;
exports.clusterIP = service.spec.clusterIP;
