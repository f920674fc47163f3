"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const password = new random.RandomPassword("password", { length: 12, special: false });
const text = new random.RandomString("text", { length: 6, upper: false, special: false });
const uuid = new random.RandomUuid("uuid");
const five = new random.RandomInteger("five", { min: 5 + step, max: 5 + step });
const id = new random.RandomId("id", { byteLength: 4, prefix: "p-" });

exports.password = password.result;
exports.text = text.result;
exports.uuid = uuid.result;
exports.five = five.result;
exports.id = id.hex;
