/** How the phases of a command are shown, by its flags. */
import { Detailed } from "../display/detailed.ts";
import { Display, stackUrn } from "../display/display.ts";
import { EventLog } from "../display/event-log.ts";
import { Live } from "../display/live.ts";
import { Progress } from "../display/progress.ts";
import { Redactor } from "../display/redact.ts";
import type { View, ViewOptions } from "../display/view.ts";
import type { Place } from "../deployment/urn.ts";
import type { Session } from "./session.ts";

export interface ShowOptions {
  readonly title: string;
  readonly preview: boolean;
  readonly place: Place;
  /** A refresh by itself counts what it came to. */
  readonly countRefresh?: boolean;
  /** Instead of what the flags say. */
  readonly view?: View;
}

export function openDisplay(session: Session, options: ShowOptions): Display {
  const { preview, place, title } = options;
  const { terminal, paint, arguments: args } = session;
  const log = args.text("event-log");
  const view =
    options.view ??
    flagged(
      session,
      {
        ...terminal,
        preview,
        paint,
        title,
        showOutputs: !args.flag("suppress-outputs"),
        showSecrets: args.flag("show-secrets"),
        cut: args.command !== "refresh" && !args.flag("show-full-output"),
      },
      place,
    );
  return new Display({
    view,
    redactor: new Redactor(),
    log: log === undefined ? undefined : new EventLog(log, preview),
    countRefresh: options.countRefresh === true,
    showSecrets: args.flag("show-secrets"),
  });
}

function flagged(
  { arguments: args, interactive, terminal }: Session,
  options: ViewOptions,
  place: Place,
): View {
  if (args.flag("diff")) return new Detailed(options);
  const stack = stackUrn(place);
  return interactive ? new Live(options, stack, terminal) : new Progress(options, stack);
}
