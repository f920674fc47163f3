"use strict";
const pulumi = require("@pulumi/pulumi");
const docker = require("@pulumi/docker");

const step = new pulumi.Config().getNumber("step") ?? 0;
// Those that are everywhere.
exports.bridge = docker
  .getNetworkOutput({ name: "bridge" })
  .apply(({ id, containers, options, ipamConfigs, ...rest }) => ({
    ...rest,
    config: Object.keys(ipamConfigs[0]).sort(),
  }));
exports.none = docker.getNetwork({ name: "none" }).then(({ id, containers, ...rest }) => rest);
if (step === 1)
  exports.nobody = docker.getNetwork({ name: "nobody-has-this" }).catch(({ message }) => message);
