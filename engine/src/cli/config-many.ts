/** config set-all, remove-all and copy: several values in one write of the file. */
import { EXIT, EngineError } from "../errors.ts";
import { mapSecrets } from "../project/config.ts";
import { qualifyKey } from "../project/project.ts";
import { existingKey, placeOf, readKey, removeValue, setValue } from "./config-edit.ts";
import type { Session } from "./session.ts";

interface JsonSetting {
  readonly value?: string;
  readonly objectValue?: unknown;
  readonly secret?: boolean;
}

export async function setAll(session: Session): Promise<number> {
  const args = session.arguments;
  const json = args.text("json");
  const path = args.flag("path");
  if (json !== undefined && (path || args.given("plaintext") || args.given("secret")))
    throw new EngineError(
      "the --json option cannot be used with the --plaintext, --secret or --path options",
    );
  const place = await placeOf(session);
  await place.files.loadExisting();
  for (const secret of [false, true])
    for (const pair of args.list(secret ? "secret" : "plaintext")) {
      const at = pair.indexOf("=");
      if (at < 0) throw new EngineError("config value must be in the form [key]=[value]");
      const key = readKey(place.project, pair.slice(0, at), path);
      await setValue(session, place, key, { text: pair.slice(at + 1), secret });
    }
  for (const [name, setting] of Object.entries(parseJson(json ?? "{}"))) {
    if (setting.value === undefined)
      throw new EngineError(`value for --json object key "${name}" is nil`);
    const key = readKey(place.project, name, false);
    if (setting.objectValue !== undefined && !setting.secret)
      place.file.set(existingKey(place, key.key), setting.objectValue);
    else
      await setValue(session, place, key, {
        text: setting.value,
        secret: setting.secret === true,
      });
  }
  await place.file.save();
  return EXIT.ok;
}

function parseJson(text: string): { [key: string]: JsonSetting } {
  try {
    return JSON.parse(text) as { [key: string]: JsonSetting };
  } catch (error) {
    throw new EngineError(`could not parse --json argument: ${(error as Error).message}`);
  }
}

export async function removeAll(session: Session): Promise<number> {
  const place = await placeOf(session);
  await place.files.loadExisting();
  for (const text of session.arguments.positional)
    removeValue(place, readKey(place.project, text, session.arguments.flag("path")));
  await place.file.save();
  return EXIT.ok;
}

/** Secrets are opened with the one stack's passphrase and closed with the other's. */
export async function copy(session: Session): Promise<number> {
  const [only] = session.arguments.positional;
  const from = await placeOf(session);
  const destination = session.arguments.text("dest") ?? "";
  const to = await placeOf(session, destination);
  if (from.files.stack === to.files.stack)
    throw new EngineError("current stack and destination stack are the same");
  const [raw] = [await from.files.loadExisting(), await to.files.loadExisting()];
  const wanted = only === undefined ? undefined : readKey(from.project, only, false).key;
  const keys = [...from.file.entries().keys()].filter(
    (key) => wanted === undefined || qualifyKey(from.project, key) === wanted,
  );
  if (wanted !== undefined && keys.length === 0)
    throw new EngineError(`configuration key '${only}' not found for stack '${from.files.stack}'`);
  const open = await session.secrets(from.file, raw)?.crypter();
  const close = await (await session.secretsOrNew(to.file, await to.files.load())).crypter();
  for (const key of keys) {
    const value = mapSecrets(from.file.value(key), (sealed) =>
      close.encrypt(open!.decrypt(sealed)),
    );
    to.file.set(existingKey(to, qualifyKey(to.project, key)), value);
  }
  await to.file.save();
  return EXIT.ok;
}
