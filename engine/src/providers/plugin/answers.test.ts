import { createRequire } from "node:module";
import { Metadata } from "@grpc/grpc-js";
import type anyTypes from "google-protobuf/google/protobuf/any_pb.js";
import type errorTypes from "@pulumi/pulumi/proto/errors_pb.js";
import type pbTypes from "@pulumi/pulumi/proto/provider_pb.js";
import type statusTypes from "@pulumi/pulumi/proto/status_pb.js";
import { expect, test } from "vitest";
import { Secret, type Values } from "../../values/property.ts";
import { configureError, diffOf, listed, messageOf, unfinishedOf } from "./answers.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/provider_pb.js") as typeof pbTypes;
const errors = require("@pulumi/pulumi/proto/errors_pb.js") as typeof errorTypes;
const { Status } = require("@pulumi/pulumi/proto/status_pb.js") as typeof statusTypes;
const { Any } = require("google-protobuf/google/protobuf/any_pb.js") as typeof anyTypes;
const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;

const SAME = { old: {}, now: {} };

/** As it comes over the wire. */
function answer(set: (response: pbTypes.DiffResponse) => void): pbTypes.DiffResponse {
  const response = new pb.DiffResponse();
  set(response);
  return pb.DiffResponse.deserializeBinary(response.serializeBinary());
}

test("no change is none, whatever else is said", () => {
  const none = answer((r) => r.setChanges(DIFF_NONE).addDiffs("a"));
  expect(diffOf(none, SAME)).toEqual({ changed: [], replaced: [] });
});

test("a change needs no paths", () => {
  const some = answer((r) => r.setChanges(DIFF_SOME).setDeletebeforereplace(true));
  expect(diffOf(some, SAME)).toEqual({
    changed: [],
    replaced: [],
    differs: true,
    deleteBeforeReplace: true,
  });
});

test("a path that replaces does so without being named twice", () => {
  const detailed = answer((r) => {
    r.setChanges(DIFF_SOME).setHasdetaileddiff(true);
    const one = new pb.PropertyDiff().setKind(pb.PropertyDiff.Kind.UPDATE_REPLACE);
    r.getDetaileddiffMap().set("a.b", one);
  });
  expect(diffOf(detailed, SAME)).toMatchObject({
    replaced: ["a.b"],
    keys: [],
    detailed: { "a.b": "update-replace" },
  });
});

test("for one that does not know, the engine compares the inputs", () => {
  const unknown = answer(() => {});
  const old: Values = { a: 1, gone: "x", list: [1, 2], in: { "d.e": 1 }, hid: new Secret("s") };
  const now: Values = { a: 1, come: "y", list: [1, 3, 4], in: { "d.e": 2 }, hid: "s" };
  expect(diffOf(unknown, { old, now })).toEqual({
    changed: ["come", "gone", "in", "list"],
    replaced: [],
    keys: [],
    detailed: {
      come: "add",
      gone: "delete",
      'in["d.e"]': "update",
      "list[1]": "update",
      "list[2]": "add",
    },
    inputDiff: true,
  });
  expect(diffOf(unknown, { old, now: old })).toEqual({ changed: [], replaced: [] });
});

function failed(details: string, type: string, detail: { serializeBinary(): Uint8Array }): unknown {
  const any = new Any();
  any.pack(detail.serializeBinary(), type);
  const status = new Status().setDetailsList([any]);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: 2, details, metadata };
}

test("errors tell what they carry", () => {
  expect(messageOf({ code: 2, details: "wrong" })).toBe("wrong");
  expect(messageOf(new Error("plain"))).toBe("plain");
  const cause = new errors.ErrorCause().setMessage("since it is so");
  expect(messageOf(failed("wrong", "pulumirpc.ErrorCause", cause))).toBe("wrong: since it is so");

  const half = new pb.ErrorResourceInitFailed().setId("i").setReasonsList(["one", "two"]);
  const error = failed("half", "pulumirpc.ErrorResourceInitFailed", half);
  expect(unfinishedOf(error)).toMatchObject({ id: "i", reasons: ["one", "two"] });
  expect(unfinishedOf({ code: 2, details: "wrong" })).toBeUndefined();
  expect(listed(["one", "two"])).toBe("2 errors occurred:\n\t* one\n\t* two\n\n");
  expect(listed(["one"])).toBe("1 error occurred:\n\t* one\n\n");

  const key = new pb.ConfigureErrorMissingKeys.MissingKey().setName("k").setDescription("why");
  const missing = new pb.ConfigureErrorMissingKeys().setMissingkeysList([key]);
  expect(
    String(configureError(failed("no", "pulumirpc.ConfigureErrorMissingKeys", missing))),
  ).toContain('missing required configuration key "k": why');
});
