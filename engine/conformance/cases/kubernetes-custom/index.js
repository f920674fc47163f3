"use strict";
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");

const step = new pulumi.Config().getNumber("step") ?? 0;
const integer = { type: "integer" };
const properties = { size: integer, ...(step ? { weight: integer } : {}) };
const definition = new k8s.apiextensions.v1.CustomResourceDefinition("widgets", {
  metadata: { name: "widgets.conformance.example.com" },
  spec: {
    group: "conformance.example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } },
        },
      },
    ],
  },
});
const widget = new k8s.apiextensions.CustomResource(
  "widget",
  {
    apiVersion: "conformance.example.com/v1",
    kind: "Widget",
    metadata: { namespace: "default" },
    spec: { size: 1 + step },
  },
  { dependsOn: definition },
);

exports.kind = widget.kind;
exports.spec = widget.spec;
