"use strict";
const pulumi = require("@pulumi/pulumi");

const step = new pulumi.Config().getNumber("step") ?? 0;
exports.same = "same";
exports.changed = ["old", "new"][step];
exports.list = [
  [1, 2, 3],
  [1, 4],
][step];
exports.map = [
  { a: 1, b: { c: "x" } },
  { a: 1, b: { c: "y" }, d: true },
][step];
exports.lines = ["one\ntwo\n", "one\nthree\n"][step];
exports.json = JSON.stringify({ step });
if (step === 0) exports.gone = 1;
if (step === 1) exports.came = 1.5;
