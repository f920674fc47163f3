"use strict";
// A plugin as those of other languages are: it takes no secrets, previews, and tells its differences path by path.
const grpc = require("@grpc/grpc-js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb.js");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const pb = require("@pulumi/pulumi/proto/provider_pb.js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

const engine = new EngineClient(process.argv[2], grpc.credentials.createInsecure());
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { Kind } = pb.PropertyDiff;
const struct = (values) => Struct.fromJavaScript(values);
let prefix = "";

const log = (urn, severity, message) =>
  new Promise((resolve) => {
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(severity);
    request.setMessage(message);
    engine.log(request, resolve);
  });

const outputsOf = (inputs) => ({
  ...inputs,
  label: inputs.name === UNKNOWN ? UNKNOWN : prefix + inputs.name,
});

const service = {
  getPluginInfo: (_call, done) => done(null, new PluginInfo()),
  checkConfig: ({ request }, done) => {
    const response = new pb.CheckResponse();
    const news = request.getNews().toJavaScript();
    response.setInputs(struct({ ...news, checked: "yes" }));
    if (news.prefix === "forbidden") {
      const failure = new pb.CheckFailure();
      failure.setProperty("prefix");
      failure.setReason("nobody may have this one");
      response.addFailures(failure);
    }
    done(null, response);
  },
  diffConfig: ({ request }, done) => {
    const response = new pb.DiffResponse();
    const [old, now] = [request.getOlds(), request.getNews()].map((s) => s.toJavaScript());
    const differs = old.prefix !== now.prefix;
    response.setChanges(differs ? 2 : 1);
    if (differs && now.anew !== undefined) response.addReplaces("prefix");
    done(null, response);
  },
  configure: ({ request }, done) => {
    const { prefix: given } = request.getArgs().toJavaScript();
    prefix = (given?.value ?? given ?? "") + "";
    const response = new pb.ConfigureResponse();
    response.setSupportspreview(true);
    done(null, response);
  },
  check: ({ request }, done) => {
    const response = new pb.CheckResponse();
    response.setInputs(request.getNews());
    done(null, response);
  },
  diff: ({ request }, done) => {
    const response = new pb.DiffResponse();
    const [old, now] = [request.getOldInputs(), request.getNews()].map((s) => s.toJavaScript());
    if (now.tells === "nothing") return done(null, response);
    response.setHasdetaileddiff(true);
    const tell = (path, kind, inputDiff) => {
      const one = new pb.PropertyDiff();
      one.setKind(kind);
      one.setInputdiff(inputDiff);
      response.getDetaileddiffMap().set(path, one);
      response.addDiffs(path.split(".")[0]);
    };
    if (old.name !== now.name) {
      tell("name", Kind.UPDATE_REPLACE, true);
      response.addReplaces("name");
    }
    if (old.text !== now.text)
      tell(
        "text",
        old.text === undefined ? Kind.ADD : now.text === undefined ? Kind.DELETE : Kind.UPDATE,
        true,
      );
    if (JSON.stringify(old.more) !== JSON.stringify(now.more)) tell("more.deep", Kind.UPDATE, true);
    response.setChanges(response.getDiffsList().length > 0 ? 2 : 1);
    done(null, response);
  },
  create: async ({ request }, done) => {
    const inputs = request.getProperties().toJavaScript();
    if (!request.getPreview()) await log(request.getUrn(), 1, "making " + inputs.name);
    const response = new pb.CreateResponse();
    response.setId(request.getPreview() ? "" : "id-" + inputs.name);
    response.setProperties(struct(outputsOf(inputs)));
    done(null, response);
  },
  read: ({ request }, done) => {
    const response = new pb.ReadResponse();
    response.setId(request.getId());
    response.setInputs(request.getInputs());
    response.setProperties(request.getProperties());
    done(null, response);
  },
  update: async ({ request }, done) => {
    await log(request.getUrn(), 2, "changing things is risky");
    const response = new pb.UpdateResponse();
    response.setProperties(struct(outputsOf(request.getNews().toJavaScript())));
    done(null, response);
  },
  delete: (_call, done) => done(null, new Empty()),
  invoke: ({ request }, done) => {
    const response = new pb.InvokeResponse();
    response.setReturn(request.getArgs());
    done(null, response);
  },
  cancel: (_call, done) => done(null, new Empty()),
};
const server = new grpc.Server();
server.addService(ResourceProviderService, service);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) =>
  console.log(port),
);
