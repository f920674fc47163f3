/** stack history: what was done to a stack, the latest first. */
import { EXIT } from "../errors.ts";
import { openConfigNode } from "../project/config.ts";
import { historyNode } from "../project/stackfile.ts";
import { readHistory, type UpdateRecord } from "../state/history.ts";
import type { Crypter } from "../secrets/crypter.ts";
import { ago, dateText, goDuration } from "./dates.ts";
import type { Session } from "./session.ts";

const PAGE_SIZE = 10;

export async function history(session: Session): Promise<number> {
  const args = session.arguments;
  const files = await session.stackFiles();
  const raw = await files.loadExisting();
  const page = Number(args.text("page") ?? 1);
  const updates = await readHistory(files, page, Number(args.text("page-size") ?? PAGE_SIZE));
  const crypter = args.flag("show-secrets")
    ? await session.secrets(await session.stackFile(files.stack), raw)?.crypter()
    : undefined;
  if (session.wantsJson) {
    const json = updates.map((update) => updateJson(update, crypter));
    session.print(JSON.stringify(json, undefined, 2));
    return EXIT.ok;
  }
  if (updates.length === 0)
    session.print(
      page > 1 ? `No stack updates found on page '${page}'` : "Stack has never been updated",
    );
  for (const update of updates) show(session, update);
  return EXIT.ok;
}

function updateJson(update: UpdateRecord, crypter: Crypter | undefined): object {
  const config: { [key: string]: object } = {};
  for (const [key, value] of Object.entries(update.config ?? {})) {
    const opened = openConfigNode(historyNode(value), crypter);
    const seen = !opened.secret || crypter !== undefined;
    config[key] = {
      ...(seen ? { value: opened.text } : {}),
      ...(seen && opened.object ? { objectValue: JSON.parse(opened.text) as unknown } : {}),
      secret: opened.secret,
    };
  }
  return {
    version: update.version ?? 0,
    kind: update.kind,
    startTime: dateText(update.startTime),
    message: update.message,
    environment: update.environment ?? {},
    config,
    result: update.result,
    endTime: dateText(update.endTime),
    resourceChanges: update.resourceChanges ?? {},
  };
}

function show(session: Session, update: UpdateRecord): void {
  const { paint } = session;
  const count = (op: string): number => update.resourceChanges?.[op] ?? 0;
  const color = update.result === "succeeded" ? "green" : "red";
  const when = session.arguments.flag("full-dates")
    ? dateText(update.startTime)
    : ago(Date.now() / 1000 - update.startTime);
  session.print(`Version: ${update.version ?? 0}`);
  session.print(`UpdateKind: ${update.kind}`);
  session.print(paint(color, `Status: ${update.result}`));
  session.print(`Message: ${update.message}`);
  session.print(
    `+${count("create")}-${count("delete")}~${count("update")} ${count("same")} ` +
      `Updated ${when} took ${goDuration(update.endTime - update.startTime)}`,
  );
  for (const [key, value] of Object.entries(update.environment ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  ))
    if (value.trim() !== "") session.print(`    ${key}: ${value}`);
  session.print("");
}
