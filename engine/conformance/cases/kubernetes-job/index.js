"use strict";
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const step = new pulumi.Config().getNumber("step") ?? 0;
const namespace = new k8s.core.v1.Namespace("space", { metadata: { name: "conformance-job" } });
const metadata = { namespace: namespace.metadata.name };
const job = new k8s.batch.v1.Job("job", {
  metadata,
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "job",
            image: "lab/busybox:1",
            imagePullPolicy: "Never",
            command: ["sh", "-c", `echo step ${step}`],
          },
        ],
      },
    },
  },
});
const claim = new k8s.core.v1.PersistentVolumeClaim("claim", {
  metadata,
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "0.5Gi" } } },
});

exports.succeeded = job.status.succeeded;
exports.phase = claim.status.phase;
exports.storage = claim.spec.resources.requests;
