/** What a plugin says of a configuration, before it is configured with one. */
import { createRequire } from "node:module";
import type pbTypes from "@pulumi/pulumi/proto/provider_pb.js";
import { urnName, urnType } from "../../deployment/urn.ts";
import { fromStruct, toStruct } from "../../language/grpc.ts";
import type { CheckFailure, Diff } from "../../provider.ts";
import { equal, type Values } from "../../values/property.ts";
import { diffOf, failuresOf, isUnimplemented } from "./answers.ts";
import { told, type Links } from "./calls.ts";
import { fromPlugin, toPlugin } from "./values.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/provider_pb.js") as typeof pbTypes;

/** It has not said yet what it takes. */
const BARE = { secrets: false, resources: false };
const struct = (values: Values) => toStruct(toPlugin(values, BARE, true));

export async function checkConfig(
  links: Links,
  urn: string,
  olds: Values | undefined,
  news: Values,
): Promise<{ inputs: Values; failures: CheckFailure[] }> {
  const request = new pb.CheckRequest()
    .setUrn(urn)
    .setName(urnName(urn))
    .setType(urnType(urn))
    .setNews(struct(news));
  if (olds) request.setOlds(struct(olds));
  try {
    const link = await links.spare();
    const answer = await link.call<pbTypes.CheckResponse>("checkConfig", request);
    const inputs = fromPlugin(fromStruct(answer.getInputs()), BARE, news, true);
    return { inputs, failures: failuresOf(answer) };
  } catch (error) {
    // Whatever it is given is right.
    if (isUnimplemented(error)) return { inputs: news, failures: [] };
    throw told(error);
  }
}

export async function diffConfig(
  links: Links,
  { urn, olds, news }: { readonly urn: string; readonly olds: Values; readonly news: Values },
): Promise<Diff> {
  const request = new pb.DiffRequest()
    .setUrn(urn)
    .setName(urnName(urn))
    .setType(urnType(urn))
    .setOldInputs(struct(olds))
    .setOlds(struct(olds))
    .setNews(struct(news));
  try {
    const link = await links.spare();
    const answer = await link.call<pbTypes.DiffResponse>("diffConfig", request);
    if (answer.getChanges() !== pb.DiffResponse.DiffChanges.DIFF_UNKNOWN)
      return diffOf(answer, { old: olds, now: news });
  } catch (error) {
    if (!isUnimplemented(error)) throw told(error);
  }
  // It is updated, and nothing that it manages is made anew.
  return { changed: [], replaced: [], differs: !equal(olds, news) };
}
