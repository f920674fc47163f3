"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const id = new random.RandomId("id", { byteLength: 2 });
pulumi.log.info("for all");
pulumi.log.warn("take care");
pulumi.log.info("for one", id);
pulumi.log.debug("not seen");
console.log("printed");
console.error("printed as an error");
