/** `--event-log FILE`: what happens as JSON lines, in the format that the CLI writes for the Automation API. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Diff } from "../provider.ts";
import type { Event, Op } from "../deployment/events.ts";
import type { Resource } from "../deployment/resource.ts";
import { isProviderType } from "../deployment/urn.ts";
import { encodeMap, type SecretCodec } from "../state/secrets.ts";
import { SECRET_TAG, SIGNATURE } from "../values/property.ts";
import type { Counts } from "./words.ts";

/** Nothing of a secret is in the log but that it is one. */
const blinding: SecretCodec = {
  seal: () => ({ [SIGNATURE]: SECRET_TAG, ciphertext: "[secret]" }),
  open: () => {
    throw new Error("an event log is never read back");
  },
};

/** Steps that are half of another and no operation of their own. */
const PHYSICAL = new Set<Op>(["create-replacement", "delete-replaced", "discard-replaced"]);

function stateOf(r: Resource | undefined): object | null {
  if (!r) return null;
  const flags = ["custom", "delete", "protect", "taint", "external", "retainOnDelete"] as const;
  return {
    type: r.type,
    urn: r.urn,
    ...Object.fromEntries(flags.filter((flag) => r[flag]).map((flag) => [flag, true])),
    id: r.id,
    parent: r.parent,
    inputs: encodeMap(r.inputs, blinding),
    outputs: encodeMap(r.outputs, blinding),
    provider: r.provider,
    ...(r.initErrors?.length ? { initErrors: r.initErrors } : {}),
  };
}

export class EventLog {
  private readonly file: number;
  private readonly preview: boolean;
  private readonly startedAt = Date.now();
  private readonly diffs = new Map<string, { op: Op; old?: Resource; diff?: Diff }>();
  private sequence = 0;

  constructor(path: string, preview: boolean) {
    this.file = openSync(path, "w");
    this.preview = preview;
  }

  prelude(config: { readonly [key: string]: string }): void {
    this.write({ preludeEvent: { config } });
  }

  readonly emit = (event: Event): void => {
    switch (event.kind) {
      case "start":
        this.diffs.set(event.urn, event);
        this.write({
          resourcePreEvent: {
            metadata: this.metadata(event, event.now),
            ...(this.preview ? { planning: true } : {}),
          },
        });
        return;
      case "done":
        this.write({
          resOutputsEvent: {
            metadata: this.metadata(event, event.now),
            ...(this.preview ? { planning: true } : {}),
          },
        });
        return;
      case "failed":
        this.write({
          resOpFailedEvent: { metadata: this.metadata(event, undefined), status: 0, steps: 0 },
        });
        return;
      case "diagnostic":
        this.write({
          diagnosticEvent: {
            ...(event.urn === "" ? {} : { urn: event.urn }),
            prefix: `${event.severity}: `,
            message: event.message,
            color: "never",
            severity: event.severity,
            ...(event.passing ? { ephemeral: true } : {}),
          },
        });
        return;
      case "stdout":
        this.write({ stdoutEvent: { message: `${event.line}\n`, color: "never" } });
        return;
    }
  };

  finish(counts: Counts, failed: boolean): void {
    this.write({
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: Math.ceil((Date.now() - this.startedAt) / 1000),
        resourceChanges: counts,
        PolicyPacks: {},
        isPreview: this.preview,
        result: failed ? "failed" : "succeeded",
      },
    });
    this.write({ cancelEvent: {} });
    closeSync(this.file);
  }

  private metadata(
    event: Extract<Event, { kind: "start" | "done" | "failed" }>,
    now: Resource | undefined,
  ): object {
    const { op, urn, type } = event;
    const begun = this.diffs.get(urn);
    const old = event.kind === "start" ? event.old : begun?.old;
    const diff = begun?.diff;
    const keys = diff?.replaced ?? [];
    return {
      op,
      urn,
      type,
      old: stateOf(old),
      new: op.startsWith("delete") || op.startsWith("discard") ? null : stateOf(now),
      ...(keys.length > 0 ? { keys } : {}),
      ...(diff && diff.changed.length > 0 ? { diffs: diff.changed } : {}),
      detailedDiff: null,
      ...(PHYSICAL.has(op) ? {} : { logical: true }),
      provider: isProviderType(type) ? "" : ((now ?? old)?.provider ?? ""),
    };
  }

  private write(event: object): void {
    const stamped = { sequence: this.sequence++, timestamp: Math.floor(Date.now() / 1000) };
    writeSync(this.file, `${JSON.stringify({ ...stamped, ...event })}\n`);
  }
}
