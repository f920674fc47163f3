/** config: list, set, get, rm and refresh, over the stack's own file. */
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { openConfig, type ConfigValue } from "../project/config.ts";
import { qualifyKey } from "../project/project.ts";
import type { StackFile } from "../project/stackfile.ts";
import { readIfThere } from "../state/files.ts";
import type { StackFiles } from "../state/backend.ts";
import type { Session } from "./session.ts";

interface Place {
  readonly project: string;
  readonly files: StackFiles;
  readonly file: StackFile;
}

async function placeOf(session: Session): Promise<Place> {
  if (session.arguments.flag("path")) throw unsupported("the flag --path of `config`");
  const [project, files] = await Promise.all([session.project(), session.stackFiles()]);
  return { project: project.name, files, file: await session.stackFile(files.stack) };
}

async function opened(
  session: Session,
  place: Place,
  secrets: boolean,
): Promise<Map<string, ConfigValue>> {
  const nodes = place.file.entries();
  const manager = secrets ? session.secrets(place.file, await place.files.load()) : undefined;
  return openConfig(place.project, nodes, await manager?.crypter());
}

const shortKey = (project: string, key: string): string =>
  key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;

export async function list(session: Session): Promise<number> {
  const place = await placeOf(session);
  const show = session.arguments.flag("show-secrets");
  const config = await opened(session, place, show);
  const text = (v: ConfigValue): string => (v.secret && !show ? "[secret]" : v.text);
  const entries = [...config].sort(([a], [b]) => (a < b ? -1 : 1));
  if (session.arguments.flag("json")) {
    const json: { [key: string]: unknown } = {};
    for (const [key, v] of entries)
      json[key] = {
        ...(v.secret && !show ? {} : { value: v.text }),
        ...(v.object && (!v.secret || show) ? { objectValue: JSON.parse(v.text) as unknown } : {}),
        secret: v.secret,
      };
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
  const key = qualifyKey(place.project, session.arguments.positional[0]!);
  const nodes = [...place.file.entries()].filter(([k]) => qualifyKey(place.project, k) === key);
  const value = (
    await opened(
      session,
      place,
      nodes.some(([, n]) => n.kind !== "plain"),
    )
  ).get(key);
  if (!value)
    throw new EngineError(
      `configuration key '${shortKey(place.project, key)}' not found for stack '${place.files.stack}'`,
      EXIT.configuration,
    );
  session.print(
    session.arguments.flag("json")
      ? JSON.stringify({ value: value.text, secret: value.secret }, undefined, 2)
      : value.text,
  );
  return EXIT.ok;
}

export async function set(session: Session): Promise<number> {
  const args = session.arguments;
  const place = await placeOf(session);
  await place.files.loadExisting();
  const key = qualifyKey(place.project, args.positional[0]!);
  const text = args.positional[1] ?? (await valueFromInput(session, key));
  if (args.flag("secret")) {
    const secrets = await session.secretsOrNew(place.file, await place.files.load());
    place.file.set(existingKey(place, key), { secure: (await secrets.crypter()).encrypt(text) });
  } else place.file.set(existingKey(place, key), typed(text, args.text("type")));
  await place.file.save();
  return EXIT.ok;
}

/** A key that the file spells without its namespace keeps its spelling. */
function existingKey(place: Place, key: string): string {
  for (const spelled of place.file.entries().keys())
    if (qualifyKey(place.project, spelled) === key) return spelled;
  return key;
}

/** Values are texts unless --type says else; YAML would read "1.10" or "true" as something else, and so writes quotes. */
function typed(text: string, type: string | undefined): unknown {
  switch (type) {
    case undefined:
    case "string":
      return text;
    case "int":
    case "integer":
    case "float":
      if (!Number.isFinite(Number(text)) || text.trim() === "")
        throw new EngineError(`flag --type ${type}: got "${text}"`, EXIT.configuration);
      return Number(text);
    case "bool":
    case "boolean":
      if (text !== "true" && text !== "false")
        throw new EngineError(
          `flag --type ${type}: got "${text}"; allowed are true and false`,
          EXIT.configuration,
        );
      return text === "true";
    default:
      throw new EngineError(
        `flag --type: got "${type}"; allowed are string, int, float and bool`,
        EXIT.configuration,
      );
  }
}

async function valueFromInput(session: Session, key: string): Promise<string> {
  const ask = session.arguments.flag("secret") ? session.askSecretly : session.ask;
  if (ask) return ask(`value for ${key}: `);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

export async function remove(session: Session): Promise<number> {
  const place = await placeOf(session);
  const key = qualifyKey(place.project, session.arguments.positional[0]!);
  if (place.file.delete(existingKey(place, key))) await place.file.save();
  return EXIT.ok;
}

/** Brings the file back to the configuration of the last update, as its history has it. */
export async function refresh(session: Session): Promise<number> {
  const place = await placeOf(session);
  const last = await place.files.lastHistory();
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
    session.print(`backed up existing configuration to ${place.file.path}.bak`);
  }
  await place.file.save();
  session.print(`refreshed configuration for stack '${place.files.stack}'`);
  return EXIT.ok;
}
