/** `--event-log FILE`: what happens as JSON lines, in the format that the CLI writes for the Automation API. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Remediation, Violation } from "../deployment/events.ts";
import type { Resource } from "../deployment/resource.ts";
import { encodeMap, type SecretCodec } from "../state/secrets.ts";
import { SECRET_TAG, SIGNATURE } from "../values/property.ts";
import type { Diagnostic } from "./rows.ts";
import type { StepView } from "./step.ts";
import type { Counts } from "./words.ts";

/** Nothing of a secret is in the log but that it is one. */
const blinding: SecretCodec = {
  seal: () => ({ [SIGNATURE]: SECRET_TAG, ciphertext: "[secret]" }),
  open: () => {
    throw new Error("an event log is never read back");
  },
};

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

function metadata(step: StepView): object {
  const { op, urn, type, keys, diffs, detailed } = step;
  const paths = Object.entries(detailed ?? {});
  return {
    op,
    urn,
    type,
    old: stateOf(step.old),
    new: stateOf(step.now),
    ...(keys.length > 0 ? { keys } : {}),
    ...(diffs.length > 0 ? { diffs } : {}),
    detailedDiff: detailed
      ? Object.fromEntries(
          paths.map(([path, diffKind]) => [path, { diffKind, inputDiff: step.inputDiff === true }]),
        )
      : null,
    ...(step.logical ? { logical: true } : {}),
    provider: step.provider,
  };
}

export class EventLog {
  readonly preview: boolean;
  private readonly file: number;
  private readonly startedAt = Date.now();
  private sequence = 0;

  constructor(path: string, preview: boolean) {
    this.file = openSync(path, "w");
    this.preview = preview;
  }

  pre(step: StepView): void {
    this.write({ resourcePreEvent: { metadata: metadata(step), ...this.planning } });
  }

  outputs(step: StepView): void {
    this.write({ resOutputsEvent: { metadata: metadata(step), ...this.planning } });
  }

  failed(step: StepView): void {
    this.write({ resOpFailedEvent: { metadata: metadata(step), status: 0, steps: 0 } });
  }

  diagnostic({ severity, urn, message, passing, stream }: Diagnostic): void {
    this.write({
      diagnosticEvent: {
        ...(urn === "" ? {} : { urn }),
        message,
        color: "never",
        severity,
        ...(stream > 0 ? { streamID: stream } : {}),
        ...(passing ? { ephemeral: true } : {}),
      },
    });
  }

  loading(): void {
    this.write({ policyLoadEvent: {} });
  }

  remediated({ urn, pack, version, policy, before, after }: Remediation): void {
    this.write({
      policyRemediationEvent: {
        resourceUrn: urn,
        color: "never",
        policyName: policy,
        policyPackName: pack,
        policyPackVersion: version,
        policyPackVersionTag: version,
        before: encodeMap(before, blinding),
        after: encodeMap(after, blinding),
      },
    });
  }

  policy({ urn, pack, version, policy, level, severity, message }: Violation): void {
    this.write({
      policyEvent: {
        ...(urn === "" ? {} : { resourceUrn: urn }),
        message,
        color: "never",
        policyName: policy,
        policyPackName: pack,
        policyPackVersion: version,
        policyPackVersionTag: version,
        enforcementLevel: level,
        ...(severity === "" ? {} : { severity }),
      },
    });
  }

  finish(counts: Counts, failed: boolean, packs: { readonly [name: string]: string }): void {
    this.write({
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: Math.ceil((Date.now() - this.startedAt) / 1000),
        resourceChanges: counts,
        PolicyPacks: packs,
        isPreview: this.preview,
        result: failed ? "failed" : "succeeded",
      },
    });
    this.close();
  }

  close(): void {
    this.write({ cancelEvent: {} });
    closeSync(this.file);
  }

  private get planning(): object {
    return this.preview ? { planning: true } : {};
  }

  private write(event: object): void {
    const stamped = { sequence: this.sequence++, timestamp: Math.floor(Date.now() / 1000) };
    writeSync(this.file, `${JSON.stringify({ ...stamped, ...event })}\n`);
  }
}
