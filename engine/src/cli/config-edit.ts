/** Changes to the configuration of a stack: the keys of the command line, put into its file. */
import { EngineError } from "../errors.ts";
import { coerced, parseConfigPath, withValue, withoutValue } from "../project/config-path.ts";
import { qualifyKey } from "../project/project.ts";
import type { StackFile } from "../project/stackfile.ts";
import type { StackFiles } from "../state/backend.ts";
import type { Session } from "./session.ts";

export interface Place {
  readonly project: string;
  readonly files: StackFiles;
  readonly file: StackFile;
}

export async function placeOf(session: Session, stack?: string): Promise<Place> {
  const [project, files] = await Promise.all([session.project(), session.stackFiles(stack)]);
  return { project: project.name, files, file: await session.stackFile(files.stack) };
}

export const shortKey = (project: string, key: string): string =>
  key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;

/** A key with its namespace, and the path inside its value. */
export interface Key {
  readonly key: string;
  readonly inside: readonly (string | number)[];
}

export function readKey(project: string, text: string, path: boolean): Key {
  if (!path) return { key: qualifyKey(project, text), inside: [] };
  // Only the first part may have a namespace, so that "a.b:c" is a key inside the value of "a".
  const [top] = /^[^.[]*/.exec(text)!;
  const namespace = top.includes(":") ? top.slice(0, top.lastIndexOf(":") + 1) : "";
  const [first, ...inside] = changed(() => parseConfigPath(text.slice(namespace.length)));
  return { key: qualifyKey(project, namespace + String(first)), inside };
}

const changed = <T>(change: () => T): T => {
  try {
    return change();
  } catch (error) {
    throw new EngineError(`could not set config: ${(error as Error).message}`);
  }
};

/** A key that the file spells without its namespace keeps its spelling. */
export function existingKey(place: Place, key: string): string {
  for (const spelled of place.file.entries().keys())
    if (qualifyKey(place.project, spelled) === key) return spelled;
  return key;
}

export interface Setting {
  readonly text: string;
  readonly secret: boolean;
  readonly type?: string | undefined;
}

export async function setValue(
  session: Session,
  place: Place,
  { key, inside }: Key,
  setting: Setting,
): Promise<void> {
  const spelled = existingKey(place, key);
  const value = setting.secret
    ? { secure: await encrypted(session, place, setting.text) }
    : typed(setting.text, setting.type);
  // The value of a key itself is always text; only inside maps and lists there are numbers and booleans.
  if (inside.length === 0)
    return place.file.set(spelled, setting.secret ? value : String(value as string));
  const inner = setting.secret || setting.type !== undefined ? value : coerced(setting.text);
  const name = key.slice(key.indexOf(":") + 1);
  const root = place.file.value(spelled);
  place.file.set(
    spelled,
    changed(() => withValue(root, [name], inside, inner)),
  );
}

async function encrypted(session: Session, place: Place, text: string): Promise<string> {
  const secrets = await session.secretsOrNew(place.file, await place.files.load());
  return (await secrets.crypter()).encrypt(text);
}

function typed(text: string, type: string | undefined): string | number | boolean {
  const parsed = (parser: string, right: boolean): void => {
    if (!right) throw new EngineError(`strconv.${parser}: parsing "${text}": invalid syntax`);
  };
  switch (type) {
    case undefined:
    case "string":
      return text;
    case "int":
      parsed("Atoi", /^[+-]?\d+$/.test(text));
      return Number(text);
    case "float":
      parsed("ParseFloat", text.trim() !== "" && Number.isFinite(Number(text)));
      return Number(text);
    case "bool":
      parsed("ParseBool", /^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(text));
      return /^[1tT]/.test(text);
    default:
      throw new EngineError(`invalid type "${type}"; must be one of string, int, bool, or float`);
  }
}

/** False when there was nothing of the kind. */
export function removeValue(place: Place, { key, inside }: Key): boolean {
  const spelled = existingKey(place, key);
  if (inside.length === 0) return place.file.delete(spelled);
  const root = place.file.value(spelled);
  const left = withoutValue(root, inside);
  if (left === root) return false;
  place.file.set(spelled, left);
  return true;
}
