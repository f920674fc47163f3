/** `preview --json`: one document of steps, diagnostics and counts; secrets masked. */
import { STACK_TYPE } from "../deployment/urn.ts";
import type { Resource } from "../deployment/resource.ts";
import { serializeResource } from "../state/resource.ts";
import type { SecretCodec } from "../state/secrets.ts";
import { worthShowing } from "./progress.ts";
import type { Diagnostic } from "./rows.ts";
import { isInternalStep, type StepView } from "./step.ts";
import type { Summary, View } from "./view.ts";

const masking: SecretCodec = {
  seal: () => "[secret]",
  open: () => {
    throw new Error("a preview is never read back");
  },
};

const stateOf = (r: Resource): object => serializeResource(r, masking);

export class Digest implements View {
  private readonly write: (text: string) => void;
  private readonly config: { readonly [key: string]: string };
  private readonly steps: { readonly urn: string; readonly shown: object }[] = [];
  private readonly diagnostics: object[] = [];
  private begun = false;
  private readonly refreshed = new Set<string>();

  constructor(write: (text: string) => void, config: { readonly [key: string]: string }) {
    this.write = write;
    this.config = config;
  }

  begin(): void {
    // Nothing but the document is printed.
  }

  loading(): void {
    // Nor that.
  }

  prelude(): void {
    this.begun = true;
  }

  pre(step: StepView): void {
    if (!this.shows(step)) return;
    if (step.op === "refresh") this.refreshed.add(step.urn);
    else this.refreshed.delete(step.urn);
    this.steps.push({ urn: step.urn, shown: this.render(step) });
  }

  outputs(step: StepView): void {
    const changed = (step.op === "update" && step.detailed) || step.op === "delete";
    if (!this.refreshed.has(step.urn) || !this.shows(step) || !changed) return;
    const at = this.steps.findIndex(({ urn }) => urn === step.urn);
    this.steps[at] = { urn: step.urn, shown: this.render(step) };
  }

  failed(): void {
    // The diagnostics say why.
  }

  diagnostic({ severity, urn, message, passing }: Diagnostic): void {
    if (passing || severity === "debug") return;
    this.diagnostics.push({ ...(urn === "" ? {} : { urn }), message, severity });
  }

  violated(): void {
    // The CLI leaves policies out.
  }

  remediated(): void {
    // The CLI leaves policies out.
  }

  finish({ counts, seconds }: Summary): void {
    this.print({
      duration: Math.round(seconds * 1e9),
      ...(Object.keys(counts).length > 0 ? { changeSummary: counts } : {}),
    });
  }

  abort(): void {
    this.print({});
  }

  private print(summary: object): void {
    const document = {
      ...(this.begun && Object.keys(this.config).length > 0 ? { config: this.config } : {}),
      ...(this.steps.length > 0 ? { steps: this.steps.map(({ shown }) => shown) } : {}),
      ...(this.diagnostics.length > 0 ? { diagnostics: this.diagnostics } : {}),
      ...summary,
    };
    this.write(`${JSON.stringify(document, undefined, 4)}\n`);
  }

  private shows(step: StepView): boolean {
    if (isInternalStep(step)) return false;
    return step.type === STACK_TYPE || (step.logical && worthShowing(step));
  }

  private render(step: StepView): object {
    const { op, urn, provider, old, now, keys, diffs, detailed } = step;
    return {
      op,
      urn,
      ...(provider === "" ? {} : { provider }),
      ...(old ? { oldState: stateOf(old) } : {}),
      ...(now ? { newState: stateOf(now) } : {}),
      ...(diffs.length > 0 ? { diffReasons: diffs } : {}),
      ...(keys.length > 0 ? { replaceReasons: keys } : {}),
      detailedDiff: detailed
        ? Object.fromEntries(
            Object.entries(detailed).map(([path, kind]) => [
              path,
              { kind, inputDiff: step.inputDiff === true },
            ]),
          )
        : null,
    };
  }
}
