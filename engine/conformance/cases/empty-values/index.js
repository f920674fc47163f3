"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const echo = new command.local.Command("echo", {
  create: "echo",
  stdin: "",
  environment: {},
  triggers: [null, "", [], {}, 0, false],
});

exports.nothing = null;
exports.missing = undefined;
exports.text = "";
exports.list = [];
exports.map = {};
exports.zero = 0;
exports.no = false;
exports.deep = {
  nothing: null,
  missing: undefined,
  list: [null, undefined, ""],
  map: { inner: {} },
};
exports.said = echo.stdout;
