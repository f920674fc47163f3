/** What the engine supports and what it refuses by name: the table of the README, which a test compares with this. */
import { COMMANDS, REFUSED_COMMANDS } from "./cli/commands.ts";
import { GLOBAL, HIDDEN, REFUSED_GLOBAL } from "./cli/flags.ts";
import type { Provider } from "./provider.ts";
import { loadProvider, packages } from "./providers/index.ts";

export interface Row {
  readonly about: string;
  readonly yes: readonly string[];
  readonly refused: readonly Refusal[];
}

/** What is refused, and a part of the message by which it is. */
export type Refusal = string | readonly [shown: string, message: string];

const code = (name: string): string => `\`${name}\``;
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const flagName = (written: string): string => `--${written.split("/")[0]!}`;

function flags(): Row {
  const known = [
    ...Object.values(COMMANDS).flatMap((c) => Object.keys(c.flags)),
    ...Object.keys(GLOBAL),
  ];
  const yes = new Set(known.filter((name) => !HIDDEN.has(name)).map(flagName));
  const left = [...Object.values(COMMANDS).flatMap((c) => c.refused), ...REFUSED_GLOBAL];
  return {
    about: "flags, where the CLI has them",
    yes: sorted(yes).map(code),
    refused: sorted(left.map(flagName).filter((name) => !yes.has(name))).map(code),
  };
}

/** Everything that is not a list of names somewhere else. */
const WRITTEN: readonly Row[] = [
  {
    about: "runtime",
    yes: [
      "`nodejs`: JavaScript, and TypeScript that Node runs as it is (`typescript: false`)",
      "`nodeargs`",
    ],
    refused: [["other languages", "the runtime"]],
  },
  {
    about: "plugins of the project",
    yes: ["`plugins.providers`: executables, and `PulumiPlugin.yaml` with the runtime `nodejs`"],
    refused: [
      ["`plugins.languages`, `plugins.analyzers`", "key plugins."],
      ["other languages", "the runtime"],
    ],
  },
  {
    about: "resources",
    yes: ["custom and component", "explicit and default providers", "`get`", "`StackReference`"],
    refused: [
      ["remote components", "a component of another language"],
      ["parameterized packages", "a parameterized package"],
      ["the engine's own functions", "the function"],
      ["other requests of the SDK", "the request"],
    ],
  },
  {
    about: "options",
    yes: [
      "`parent`, `dependsOn`, `provider(s)`, `protect`, `retainOnDelete`, `deleteBeforeReplace`, `ignoreChanges`",
      "`replaceOnChanges`, `additionalSecretOutputs`, `aliases`, `customTimeouts`, `deletedWith`, `replaceWith`",
      "`replacementTrigger`, `import`, `transforms`, transforms of invokes, resource and error hooks",
    ],
    refused: [
      ["state migrations", "state migrations"],
      ["`envVarMappings`", "the option envVarMappings"],
      ["`pluginDownloadURL`", "the option pluginDownloadURL"],
    ],
  },
  {
    about: "values",
    yes: ["secrets", "unknowns", "outputs", "resource references"],
    refused: [],
  },
  {
    about: "state",
    yes: ["`file://` backend", "checkpoint 3 and 4", "passphrase secrets"],
    refused: [
      ["other backends", "the state backend"],
      ["other logins", "`login` to"],
      ["other secrets providers", "the secrets provider"],
      ["compressed states", "the compressed state file"],
      ["other layouts", "the state layout"],
    ],
  },
  {
    about: "Kubernetes",
    yes: [
      "every kind that the server has, custom ones by discovery",
      "Patch kinds",
      "`yaml.ConfigFile`, `yaml.ConfigGroup`",
      "Pulumi's await rules and `pulumi.com/…` annotations",
    ],
    refused: [
      ["Helm, Kustomize, `yaml/v2`", "allowed: single objects, CustomResource, "],
      [
        "`enableServerSideApply: false`, `renderYamlToDirectory`, `strictMode`",
        "kubernetes provider: this value of",
      ],
      [
        "`proxy-url`, `auth-provider` and `as` of a kubeconfig",
        "allowed: certificates, token, tokenFile, ",
      ],
    ],
  },
  {
    about: "policy packs",
    yes: ["Node.js; resource, stack and remediation policies; configuration by file"],
    refused: [["some keywords of schemas", "the keyword"]],
  },
];

export async function support(): Promise<Row[]> {
  const providers = await Promise.all(packages.map((name) => loadProvider(name)));
  const types = providers.flatMap((provider) => provider.types.map(code));
  const functions = providers.flatMap((provider) => (provider.functions ?? []).map(code));
  return [
    {
      about: "commands",
      yes: Object.keys(COMMANDS).map(code),
      refused: REFUSED_COMMANDS.map(code),
    },
    flags(),
    ...WRITTEN,
    {
      about: "packages",
      yes: providers.map(versions),
      refused: [
        ["any other", "package "],
        ["newer ones, other major versions", "no resource plugin"],
      ],
    },
    { about: "resource types", yes: types, refused: [["any other", "resource type $"]] },
    { about: "functions", yes: functions, refused: [["any other", "function $"]] },
  ];
}

function versions({ name, version = "" }: Provider): string {
  const [major, minor] = version.split(".");
  return `${code(name)} ${major}.0 to ${major}.${minor}`;
}

const shownRefusal = (refusal: Refusal): string =>
  typeof refusal === "string" ? refusal : refusal[0];

export function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ about, yes, refused }) =>
      `| ${about} | ${yes.join(", ")} | ${refused.map(shownRefusal).join(", ") || "–"} |`,
  );
  return ["|  | yes | refused by name |", "| --- | --- | --- |", ...lines].join("\n");
}

// To put into the README: `node engine/src/support.ts`, then prettier.
if (import.meta.main) console.log(table(await support()));
