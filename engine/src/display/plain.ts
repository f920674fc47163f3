/** Progress as lines, for logs and CI: one when something begins, one when it ends. Nothing for what is unchanged. */
import { urnName } from "../deployment/urn.ts";
import { shortType, type Row, type Screen } from "./display.ts";
import { inputDiffLines } from "./values.ts";
import { duration, wordsOf, type Paint } from "./words.ts";

export interface LineOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly preview: boolean;
  /** Under each resource, what changes in its inputs. */
  readonly diff: boolean;
  readonly clean: (text: string) => string;
}

export function rowText(row: Row, paint: Paint, preview: boolean): string {
  const words = wordsOf(row.op);
  const seconds =
    row.state === "running" ? (performance.now() - row.startedAt) / 1000 : row.seconds;
  const status =
    row.state === "failed"
      ? paint("red", `${words.doing} failed (${duration(seconds)})`)
      : preview
        ? words.plan
        : `${row.state === "done" ? words.done : words.doing} (${duration(seconds)})`;
  const diff =
    row.op !== "same" && row.changed.length > 0
      ? ` [diff: ${row.changed.map((key) => `~${key}`).join(",")}]`
      : "";
  const mark = paint(words.color, words.mark.padEnd(2));
  return ` ${mark} ${shortType(row.type)} ${urnName(row.urn)} ${paint(words.color, status)}${diff}`;
}

export function lineScreen(options: LineOptions): Screen {
  const { write, paint, preview } = options;
  let lastNote = "";
  return {
    begin: (title) => write(`${paint("bold", `${title}:`)}\n`),
    row(row) {
      if (row.note !== "") {
        if (row.note !== lastNote) write(`    ${urnName(row.urn)}: ${row.note}\n`);
        lastNote = row.note;
        return;
      }
      const quiet = row.op === "same" || row.op === "refresh" || (preview && row.state !== "done");
      if (quiet && row.state !== "failed") return;
      // Half of a replacement is told by the other half.
      if (row.op === "replace" && !preview) return;
      write(`${rowText(row, paint, preview)}\n`);
      if (options.diff && row.now && row.op !== "delete" && (preview || row.state === "running"))
        for (const line of inputDiffLines(row.old?.inputs, row.now.inputs, paint))
          write(`${options.clean(line)}\n`);
    },
    line: (text) => write(`    ${text}\n`),
    end: () => write("\n"),
  };
}
