"use strict";
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const step = new pulumi.Config().getNumber("step") ?? 0;
const colour = ["green", "red"][step];
const namespace = new k8s.core.v1.Namespace("space", { metadata: { name: "conformance-config" } });
const metadata = { namespace: namespace.metadata.name };
const settings = new k8s.core.v1.ConfigMap("settings", {
  metadata: { ...metadata, labels: { colour } },
  data: { colour },
});
const fixed = new k8s.core.v1.ConfigMap("fixed", {
  metadata: { ...metadata, name: "fixed" },
  data: { colour },
});
const secret = new k8s.core.v1.Secret("secret", {
  metadata: { ...metadata, annotations: { colour } },
  stringData: { password: "hunter2" },
});
const role = new k8s.rbac.v1.Role("role", {
  metadata,
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", ...(step ? ["list"] : [])] }],
});

exports.settings = settings.data;
exports.fixed = fixed.metadata.name;
exports.type = secret.type;
exports.rules = role.rules;
