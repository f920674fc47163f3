import * as pulumi from "@pulumi/pulumi";
import type { FileSpec } from "../platform/platform.ts";
import { delivery, installCommand, removeCommand } from "./scripts.ts";
import { unitText, type UnitArgs } from "./unit.ts";

export interface SystemdSpec extends UnitArgs {
  /**
   * Files by name. Plain ones are in /etc/synfleet/NAME, and every user of the machine may read them. Secret ones reach
   * the service alone, by systemd's `LoadCredential`; `{ secretFile }` in `arguments` is the path of one. Restart.
   * @default - none
   */
  readonly files?: Readonly<Record<string, FileSpec>>;
  /**
   * Program and words that end well when the service answers. It runs outside of the service's walls, as its user; nothing
   * in it may be secret. Asked again, without a restart.
   */
  readonly health: readonly string[];
  /** Seconds that a new or changed service has for becoming healthy. Asked again, without a restart. @default 60 */
  readonly readySeconds?: number;
}

/** What the machine is told to do, for a login of that user. */
export function systemdCommands(spec: SystemdSpec, login: string) {
  const files = Object.entries(spec.files ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const secretFiles = files.filter(([, file]) => file.secret).map(([name]) => name);
  const unit = unitText(spec, secretFiles);
  const contents = files.map(([, file]) => file.content);
  // Names are judged here and now: an error inside of an apply comes too late.
  delivery(files.map(([name]) => ({ kind: "plain", name, content: "" })));
  const stdin = pulumi.all(contents).apply((texts) =>
    delivery([
      { kind: "unit", name: "unit", content: unit },
      ...files.map(([name, { secret }], at) => ({
        kind: secret ? ("secret" as const) : ("plain" as const),
        name,
        content: texts[at]!,
      })),
    ]),
  );
  return {
    unit,
    create: installCommand(login, {
      name: spec.name,
      user: spec.user ?? spec.name,
      program: spec.program,
      health: spec.health,
      readySeconds: spec.readySeconds ?? 60,
    }),
    delete: removeCommand(login, spec.name),
    // The caller may have given a secret file's content as plain text.
    stdin: secretFiles.length > 0 ? pulumi.secret(stdin) : stdin,
  };
}
