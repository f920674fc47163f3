/** The resource that remembers what is where, and refuses what would lose it. It makes nothing. */
import { z } from "zod";
import { refusalsOf, type PlacementInputs } from "../components/placement/judge.ts";
import type { Failure } from "./inputs.ts";
import type { Kind } from "./kind.ts";

const places = z.record(z.string(), z.string());
const schema = z.strictObject({
  members: places,
  etcd: places,
  joining: z.array(z.string()).optional(),
  sentinels: places.optional(),
  balancers: places.optional(),
  master: z.string().optional(),
  swarm: z.strictObject({ encrypted: z.boolean() }).optional(),
  kubernetes: z.strictObject({ namespace: z.string() }).optional(),
  gone: z.array(z.string()).optional(),
  accepted: z.array(z.string()),
});

export const placement: Kind<PlacementInputs> = {
  check(olds, news) {
    const now = schema.safeParse(news);
    if (!now.success) {
      const failures = now.error.issues.map(({ path, message }) => ({
        property: String(path[0] ?? "members"),
        reason: `${path.map(String).join(".")}: ${message}`,
      }));
      return { inputs: news, failures };
    }
    // None at the first up, and none of another version's making.
    const before = schema.safeParse(olds);
    // What is gone just now was there when it was recorded, or never.
    const { gone: _, ...inputs } = now.data;
    return {
      inputs,
      failures: before.success ? refusalsOf(before.data, now.data).map(failureOf) : [],
    };
  },
  id: () => "placement",
  ensure: (inputs) => Promise.resolve(inputs),
  read: (state) => Promise.resolve(state),
  remove: () => Promise.resolve(),
};

function failureOf(refusal: ReturnType<typeof refusalsOf>[number]): Failure {
  const { key, got, allowed, next } = refusal;
  return { property: key, reason: `synfleet:${key}: got ${got}; allowed: ${allowed}. ${next}` };
}
