/** What a deployment tells the display. */
import type { Diff } from "../provider.ts";
import type { Values } from "../values/property.ts";
import type { Resource } from "./resource.ts";

export type Op =
  | "same"
  | "create"
  | "update"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "delete"
  | "discard-replaced"
  | "remove-pending-replace"
  | "read"
  | "read-replacement"
  | "discard"
  | "import"
  | "import-replacement"
  | "refresh";

export type Severity = "debug" | "info" | "warning" | "error";

export interface Violation {
  readonly urn: string;
  readonly pack: string;
  readonly version: string;
  readonly policy: string;
  readonly level: "advisory" | "mandatory";
  /** critical, high, medium or low; empty when the policy has none. */
  readonly severity: string;
  readonly message: string;
}

export interface Remediation {
  readonly urn: string;
  readonly pack: string;
  readonly version: string;
  readonly policy: string;
  readonly before: Values;
  readonly after: Values;
}

/** A policy pack that takes part in the run. */
export interface Pack {
  readonly pack: string;
  readonly version: string;
  readonly path: string;
}

export type Event =
  | {
      kind: "start";
      op: Op;
      urn: string;
      type: string;
      old?: Resource;
      now?: Resource;
      diff?: Diff;
    }
  | {
      kind: "done";
      op: Op;
      urn: string;
      type: string;
      seconds: number;
      now?: Resource;
      diff?: Diff;
    }
  | { kind: "failed"; op: Op; urn: string; type: string; seconds: number }
  | { kind: "diagnostic"; severity: Severity; urn: string; message: string; passing?: boolean }
  | { kind: "outputs"; urn: string; old: Resource | undefined; now: Resource }
  /** Policy packs are being started, before the run begins. */
  | { kind: "loading" }
  /** All that the run needs is there: it begins. */
  | { kind: "prelude" }
  | { kind: "packs"; packs: readonly Pack[] }
  | { kind: "policy"; violation: Violation }
  | { kind: "remediated"; remediation: Remediation }
  | { kind: "stdout"; line: string; stream?: "stdout" | "stderr" };

export type Emit = (event: Event) => void;
