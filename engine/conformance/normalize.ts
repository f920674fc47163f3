/** Everything that two runs of the same engine would not have in common is named here, each with its reason. */
import { cutText } from "../src/display/printer.ts";
import { UNKNOWN_WIRE } from "../src/values/wire.ts";
import { sortDetails } from "./details.ts";
import type { State, StateResource } from "./state.ts";

/** Outputs that a provider draws at random, or that follow from such: they differ from run to run. */
const RANDOM: { readonly [type: string]: readonly string[] } = {
  "random:index/randomId:RandomId": ["hex", "dec", "b64Url", "b64Std", "id"],
  "random:index/randomString:RandomString": ["result", "id"],
  "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
  "random:index/randomUuid:RandomUuid": ["result", "id"],
  "tls:index/privateKey:PrivateKey": [
    "privateKeyPem",
    "privateKeyPemPkcs8",
    "privateKeyOpenssh",
    "publicKeyPem",
    "publicKeyOpenssh",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
    "id",
  ],
  "tls:index/certRequest:CertRequest": ["certRequestPem", "keyAlgorithm", "id"],
  "tls:index/selfSignedCert:SelfSignedCert": [
    "certPem",
    "validityStartTime",
    "validityEndTime",
    "id",
  ],
  "tls:index/locallySignedCert:LocallySignedCert": [
    "certPem",
    "validityStartTime",
    "validityEndTime",
    "id",
  ],
  // Made up by the provider at each creation.
  "command:local:Command": ["id"],
  "docker:index/container:Container": ["id", "hostname", "ipAddress", "bridge", "macAddress"],
  "docker:index/network:Network": ["id"],
  "docker:index/remoteImage:RemoteImage": ["id", "imageId", "repoDigest", "sha256Digest"],
};

/** Values of fewer characters are found inside of words too, where they are not what is meant. */
const SHORT = 4;

function replaceWords(text: string, word: string, name: string): string {
  const pattern = `(?<![\\w-])${word.replaceAll(/\W/g, "\\$&")}(?![\\w-])`;
  return text.replaceAll(new RegExp(pattern, "g"), name);
}

/** Gives every random value the name of where it first appeared; the same value has the same name ever after. */
export class Names {
  private readonly names = new Map<string, string>();
  private readonly planned = new Map<string, string>();
  private readonly generations = new Map<string, number>();

  learn(state: State): void {
    for (const r of state.resources) {
      const isProvider = r.type.startsWith("pulumi:providers:");
      const keys = RANDOM[r.type] ?? (isProvider ? ["id"] : []);
      const fresh = [...keys, ...(isAutoNamed(r) ? ["name"] : [])]
        .map((key) => [key, this.valueOf(r, key)] as const)
        .filter(([, value]) => value !== "" && !this.names.has(value));
      if (fresh.length === 0) continue;
      const name = nameOf(r);
      const generation = (this.generations.get(r.urn) ?? 0) + 1;
      this.generations.set(r.urn, generation);
      const suffix = generation > 1 ? `#${generation}` : "";
      for (const [key, value] of fresh) this.names.set(value, `<${name}.${labelOf(key)}${suffix}>`);
    }
  }

  /** What a preview makes up is its own. */
  learnPlanned(document: unknown): void {
    const { steps = [] } = document as { steps?: { newState?: StateResource }[] };
    for (const { newState: r } of steps) {
      if (!r) continue;
      const { name } = (r["inputs"] ?? {}) as { name?: string };
      if (isAutoNamed(r)) this.plan(name, `<${nameOf(r)}.name planned>`);
      if (RANDOM[r.type]?.includes("id")) this.plan(r.id, `<${nameOf(r)}.id planned>`);
    }
  }

  private plan(value: string | undefined, name: string): void {
    if (value && value !== UNKNOWN_WIRE && !this.planned.has(value)) this.planned.set(value, name);
  }

  private valueOf(r: StateResource, key: string): string {
    const outputs = (r["outputs"] ?? {}) as { [key: string]: unknown };
    let value: unknown = key === "id" ? r.id : outputs[key];
    if (typeof value === "object" && value !== null && "<secret>" in value)
      value = value["<secret>"];
    return typeof value === "string" && value !== "none" ? value : "";
  }

  text(text: string): string {
    let out = text;
    const known = new Map([...this.planned, ...this.names]);
    for (const [value, name] of [...known].sort(([a], [b]) => b.length - a.length))
      for (const shape of new Set([value, quoted(value), quoted(cutText(value))]))
        out = shape.length < SHORT ? replaceWords(out, shape, name) : out.replaceAll(shape, name);
    return out;
  }

  /** The same for every string of a JSON value. */
  json<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T;
    if (Array.isArray(value)) return value.map((v) => this.json(v)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.text(key), this.json(inner)]),
    ) as T;
  }
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A RandomId in Base64 is its id, or now and then another text: where one of the characters is in it that the alphabets differ in. */
const labelOf = (key: string): string => (/^b64(Std|Url)$/.test(key) ? "id" : key);

const nameOf = (r: StateResource): string => r.urn.split("::").at(-1)!;

/** Named by the engine, with a random end. */
function isAutoNamed(r: StateResource): boolean {
  const { __defaults } = (r["inputs"] ?? {}) as { __defaults?: unknown };
  return Array.isArray(__defaults) && __defaults.includes("name");
}

/** A line of progress: a mark, a type, a name, a state. */
const PROGRESS = /^ [ +~><=*-]{2} {1,}\S+:\S+ /;

/** What the language's runtime puts into texts: colours, and its own places, which are the SDK's and Node's affair. */
export const plainText = (text: string, root: string): string =>
  text
    .replaceAll(root, "<root>")
    // eslint-disable-next-line no-control-regex -- the escape character is what colours begin with
    .replaceAll(/\x1b\[[0-9;]*m/g, "")
    .replaceAll(/\n {4,}at [^\n]*/g, "");

/** Printed text, line by line. */
export function normalizeText(text: string, root: string): string[] {
  const lines = plainText(text, root)
    .split("\n")
    .map((line) => line.trimEnd())
    // The CLI's sign of life, one dot at each tick of a clock; what comes next may stand on its line.
    .filter((line) => !/^@ [a-z ]+\.+$/.test(line))
    .map((line) => line.replace(/^@ [a-z ]+\.{2,}/, ""))
    .map((line) =>
      line
        // How long it took.
        .replace(/\((\d+h)?(\d+m)?\d+(\.\d+)?m?s\)/g, "(TIME)")
        .replace(/^(Duration: ).*$/, "$1TIME"),
    );
  const out: string[] = [];
  let block: string[] = [];
  const flush = (): void => {
    // Resources make progress side by side, and a clock repeats the lines of those that take long.
    out.push(...[...new Set(block)].sort());
    block = [];
  };
  for (const line of lines)
    if (PROGRESS.test(line)) block.push(line);
    else {
      flush();
      out.push(line);
    }
  flush();
  while (out.at(-1) === "") out.pop();
  return sortDetails(sortDiagnostics(withoutPem(out)));
}

/** Lines of keys and certificates, of which some happen to be the same in two of them. */
const PEM = /^\s+([-+] )?[A-Za-z0-9+/]{20,64}={0,2}$/;

const withoutPem = (lines: readonly string[]): string[] =>
  lines
    .map((line) => (PEM.test(line) ? "<lines of PEM>" : line))
    .filter((line, i, all) => line !== "<lines of PEM>" || line !== all[i - 1]);

/** The CLI prints the messages of each resource, and each stream of them, in no order. */
function sortDiagnostics(lines: readonly string[]): string[] {
  const at = lines.indexOf("Diagnostics:");
  if (at < 0) return [...lines];
  const end = lines.findIndex((line, i) => i > at && /^\S/.test(line));
  const section = lines.slice(at + 1, end < 0 ? undefined : end);
  const resources: string[][][] = [];
  for (const line of section)
    if (/^ {2}\S/.test(line)) resources.push([[line]]);
    else if (line === "") resources.at(-1)?.push([]);
    else resources.at(-1)?.at(-1)?.push(line);
  const sorted = resources
    .map(([first = [], ...more]) => {
      const [head = "", ...lines] = first;
      const streams = [lines, ...more].filter((stream) => stream.length > 0);
      return [head, ...streams.map((s) => s.join("\n")).sort()].join("\n\n");
    })
    .sort();
  return [
    ...lines.slice(0, at + 1),
    ...sorted.flatMap((text) => [...text.split("\n"), ""]),
    ...sortDiagnostics(end < 0 ? [] : lines.slice(end)),
  ];
}
