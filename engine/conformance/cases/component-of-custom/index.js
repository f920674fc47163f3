"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const root = new random.RandomId("root", { byteLength: 4 });
const group = new pulumi.ComponentResource("my:index:Group", "group", {}, { parent: root });
new random.RandomId("leaf", { byteLength: 4 }, { parent: group });
