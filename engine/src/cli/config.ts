/** config: list, set, get, rm and refresh, over the stack's own file. */
import { EXIT, EngineError } from "../errors.ts";
import { openConfig, type ConfigValue } from "../project/config.ts";
import { qualifyKey } from "../project/project.ts";
import { valueAt } from "../project/config-path.ts";
import { readIfThere } from "../state/files.ts";
import { readHistory } from "../state/history.ts";
import {
  existingKey,
  placeOf,
  readKey,
  removeValue,
  setValue,
  shortKey,
  type Place,
} from "./config-edit.ts";
import type { Session } from "./session.ts";

async function opened(
  session: Session,
  place: Place,
  secrets: boolean,
): Promise<Map<string, ConfigValue>> {
  const nodes = place.file.entries();
  const manager = secrets ? session.secrets(place.file, await place.files.load()) : undefined;
  return openConfig(place.project, nodes, await manager?.crypter());
}

export async function list(session: Session): Promise<number> {
  const place = await placeOf(session);
  const show = session.arguments.flag("show-secrets");
  const config = await opened(session, place, show);
  const text = (v: ConfigValue): string => (v.secret && !show && !v.object ? "[secret]" : v.text);
  const entries = [...config].sort(([a], [b]) => (a < b ? -1 : 1));
  if (session.arguments.flag("json")) {
    const json: { [key: string]: unknown } = {};
    for (const [key, v] of entries) json[key] = valueJson(v, show);
    session.print(JSON.stringify(json, undefined, 2));
    return EXIT.ok;
  }
  const width = Math.max(3, ...entries.map(([key]) => shortKey(place.project, key).length));
  session.print(`${"KEY".padEnd(width)}  VALUE`);
  for (const [key, v] of entries)
    session.print(`${shortKey(place.project, key).padEnd(width)}  ${text(v)}`);
  return EXIT.ok;
}

export async function get(session: Session): Promise<number> {
  const place = await placeOf(session);
  const [asked] = session.arguments.positional;
  const { key, inside } = readKey(place.project, asked!, session.arguments.flag("path"));
  const nodes = [...place.file.entries()].filter(([k]) => qualifyKey(place.project, k) === key);
  const sealed = nodes.some(([, n]) => n.kind !== "plain");
  const value = valueInside((await opened(session, place, sealed)).get(key), inside);
  if (!value)
    throw new EngineError(
      `configuration key '${shortKey(place.project, asked!)}' not found for stack '${place.files.stack}'`,
    );
  session.print(
    session.arguments.flag("json")
      ? JSON.stringify(valueJson(value, true), undefined, 2)
      : value.text,
  );
  return EXIT.ok;
}

function valueInside(
  value: ConfigValue | undefined,
  inside: readonly (string | number)[],
): ConfigValue | undefined {
  if (!value || inside.length === 0) return value;
  const found = value.object ? valueAt(JSON.parse(value.text), inside) : undefined;
  if (found === undefined) return undefined;
  const object = typeof found === "object" && found !== null;
  const text = typeof found === "string" ? found : JSON.stringify(found);
  return { text, secret: value.secret, object };
}

const valueJson = (v: ConfigValue, show: boolean): object => ({
  ...(v.secret && !show ? {} : { value: v.text }),
  ...(v.object && (!v.secret || show) ? { objectValue: JSON.parse(v.text) as unknown } : {}),
  secret: v.secret,
});

export async function set(session: Session): Promise<number> {
  const args = session.arguments;
  const place = await placeOf(session);
  await place.files.loadExisting();
  const key = readKey(place.project, args.positional[0]!, args.flag("path"));
  const text = args.positional[1] ?? (await valueFromInput(session, key.key));
  const secret = args.flag("secret");
  await setValue(session, place, key, { text, secret, type: args.text("type") });
  await place.file.save();
  return EXIT.ok;
}

async function valueFromInput(session: Session, key: string): Promise<string> {
  const ask = session.arguments.flag("secret") ? session.askSecretly : session.ask;
  if (ask) return ask(`value for ${key}: `);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return session.arguments.flag("raw") ? text : text.replace(/(\r?\n)+$/, "");
}

export async function remove(session: Session): Promise<number> {
  const place = await placeOf(session);
  await place.files.loadExisting();
  const key = readKey(
    place.project,
    session.arguments.positional[0]!,
    session.arguments.flag("path"),
  );
  if (removeValue(place, key)) await place.file.save();
  return EXIT.ok;
}

/** Brings the file back to the configuration of the last update, as its history has it. */
export async function refresh(session: Session): Promise<number> {
  const place = await placeOf(session);
  const [last] = await readHistory(place.files, 1, 1);
  if (!last)
    throw new EngineError(
      `no previous deployment of the stack '${place.files.stack}' to take its configuration from`,
    );
  const before = await readIfThere(place.file.path);
  const config = last.config ?? {};
  for (const key of place.file.entries().keys())
    if (!Object.hasOwn(config, qualifyKey(place.project, key)) && !Object.hasOwn(config, key))
      place.file.delete(key);
  for (const [key, value] of Object.entries(config)) {
    const node = typeof value === "object" ? value : String(value);
    place.file.set(existingKey(place, qualifyKey(place.project, key)), node);
  }
  if (!session.arguments.flag("force") && before !== undefined) {
    const { writeAtomically } = await import("../state/files.ts");
    await writeAtomically(`${place.file.path}.bak`, before);
    session.print(`backed up existing configuration file to ${place.file.path}.bak`);
  }
  await place.file.save();
  session.print(`refreshed configuration for stack '${place.files.stack}'`);
  return EXIT.ok;
}
