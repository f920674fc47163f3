"use strict";
const pulumi = require("@pulumi/pulumi");
const docker = require("@pulumi/docker");

const step = new pulumi.Config().getNumber("step") ?? 0;
const volume = new docker.Volume("data", { labels: [{ label: "step", value: `${step}` }] });
const network = new docker.Network("net", { labels: [{ label: "conformance", value: "yes" }] });

exports.driver = network.driver;
exports.mountpoint = volume.driver;
