/** A hardened systemd unit as text, from plain values. Pure. */

/** A word of the command line: as it is, or the path at which the service finds one of its secret files. */
export type Word = string | { readonly secretFile: string };

export interface UnitArgs {
  /** Name of the unit, of its folders /etc/synfleet/NAME and /var/lib/synfleet/NAME. Another name is another service. */
  readonly name: string;
  /** One line for `systemctl status`. Rewritten, restart. @default the name */
  readonly description?: string;
  /** Absolute path of the program, which the machine must have. Restart. */
  readonly program: string;
  /** Words after the program; nothing in them is a shell's or systemd's. Seen by everybody on the machine. Restart. */
  readonly arguments?: readonly Word[];
  /** System user of the service alone, made where it is missing. Restart, data given to it. @default the name */
  readonly user?: string;
  /** Seen by everybody on the machine: no secrets. Restart. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders made below the service's data folder. Restart. @default - none */
  readonly folders?: readonly string[];
  /** Memory at most, MiB, without swap; beyond it the service is ended and started anew. Restart. */
  readonly memoryMiB: number;
  /** Processors at most. Restart. @default 1 */
  readonly cpus?: number;
  /** Processes and threads at most. Restart. @default 512 */
  readonly tasks?: number;
  /** Open files at most. Restart. @default 65536 */
  readonly openFiles?: number;
  /** Seconds for its orderly end before it is killed. Restart. @default 30 */
  readonly stopSeconds?: number;
  /**
   * Addresses and networks that it may talk to beside the machine itself, in both directions: "10.0.0.0/8", or "any".
   * Held where cgroups are those of version 2. Restart. @default - the machine itself alone
   */
  readonly peers?: readonly string[];
  /** Whether it makes machine code while it runs, as Java and Node do. Restart. @default false */
  readonly makesCode?: boolean;
}

/** First line of every unit of ours: what lacks it is somebody else's and is left alone. */
export const MARK = "# Written by Synfleet. Changes made here are lost at the next one made there.";

/** The unit's text. */
export function unitText(args: UnitArgs, secretFiles: readonly string[] = []): string {
  const name = unitName(args.name);
  const user = userName(args.user ?? args.name);
  for (const word of args.arguments ?? []) {
    if (typeof word === "string" || secretFiles.includes(word.secretFile)) continue;
    throw refusal(
      "arguments",
      word.secretFile,
      secretFiles.length > 0 ? secretFiles.join(", ") : "none: there are no secret files",
      "Give the file in files, with secret: true",
    );
  }
  const state = `synfleet/${name}`;
  const folders = [
    state,
    ...(args.folders ?? []).map((folder) => `${state}/${folderName(folder)}`),
  ];
  const line = (key: string, values: readonly string[]) =>
    values.map((value) => `${key}=${value}\n`).join("");
  return `${MARK}
[Unit]
Description=${description(args.description ?? name)}
Wants=network-online.target
After=network-online.target
# It is started again for as long as it is wanted.
StartLimitIntervalSec=0

[Service]
Type=exec
User=${user}
Group=${user}
ExecStart=${[programPath(args.program), ...(args.arguments ?? []).map(argument)].join(" ")}
WorkingDirectory=${dataFolder(name)}
StateDirectory=${folders.join(" ")}
StateDirectoryMode=0700
${line(
  "Environment",
  Object.entries(args.environment ?? {})
    .map(([key, value]) => quoted("environment", `${variable(key)}=${value}`))
    .sort(),
)}${line(
    "LoadCredential",
    secretFiles.map((file) => `${file}:${fileFolder(name)}/secrets/${fileName(file)}`),
  )}Restart=always
RestartSec=1s
TimeoutStopSec=${count("stopSeconds", args.stopSeconds ?? 30, 1)}s
UMask=0077

# Limits
MemoryMax=${count("memoryMiB", args.memoryMiB, 16)}M
MemorySwapMax=0
CPUQuota=${Math.round(processors(args.cpus ?? 1) * 100)}%
TasksMax=${count("tasks", args.tasks ?? 512, 1)}
LimitNOFILE=${count("openFiles", args.openFiles ?? 65536, 64)}
# A dump of its memory would hold its secrets.
LimitCORE=0

# No rights beyond those of its user
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictSUIDSGID=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
MemoryDenyWriteExecute=${args.makesCode === true ? "no" : "yes"}

# Of the machine, its own folders alone
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateMounts=yes
PrivateIPC=yes
RemoveIPC=yes
ProtectProc=invisible
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes

# Whom it talks to
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
${addresses(args.peers ?? [])}
[Install]
WantedBy=multi-user.target
`;
}

/** Where a service finds its plain files. Those in `secrets` below it root alone may read; systemd hands out copies. */
export const fileFolder = (name: string) => `/etc/synfleet/${name}`;
/** Where its data is: the only folder that it may write to, beside a /tmp of its own. */
export const dataFolder = (name: string) => `/var/lib/synfleet/${name}`;

function argument(word: Word): string {
  return typeof word === "string"
    ? quoted("arguments", word, { variables: true })
    : `"\${CREDENTIALS_DIRECTORY}/${fileName(word.secretFile)}"`;
}

/** A word of which systemd changes nothing. Where it replaces variables, their sign is doubled too. */
function quoted(key: string, value: string, { variables = false } = {}): string {
  const text = escaped(key, value).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${variables ? text.replaceAll("$", "$$$$") : text}"`;
}

function escaped(key: string, value: string): string {
  // A line break would begin a setting of its own; systemd refuses most other control characters.
  if (/\p{Cc}/u.test(value)) throw refusal(key, value, "text without control characters");
  return value.replaceAll("%", "%%");
}

function description(value: string): string {
  // At the end of a line it would take the next one in.
  if (!/\\$|^\s*$/.test(value)) return escaped("description", value);
  throw refusal("description", value, "a line of text that does not end with \\");
}

function addresses(peers: readonly string[]): string {
  if (peers.includes("any")) {
    if (peers.length === 1) return "";
    throw refusal("peers", peers.join(", "), '"any" alone, or networks');
  }
  for (const peer of peers) {
    if (!/^([\d.]+|[\da-f:]*:[\da-f:.]*)(\/\d{1,3})?$/i.test(peer)) {
      throw refusal("peers", peer, 'addresses and networks such as "10.0.0.0/8", or "any" alone');
    }
  }
  return `IPAddressDeny=any\nIPAddressAllow=${["localhost", ...peers].join(" ")}\n`;
}

/** Names that units, users and folders can all have. */
export function unitName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name)) return name;
  throw refusal("name", name, "up to 31 of a-z, 0-9 and -, beginning with a letter");
}

export function userName(user: string): string {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(user) && user !== "root" && user !== "nobody") return user;
  throw refusal("user", user, "a user of its own: a-z, 0-9 and -, neither root nor nobody");
}

export function programPath(program: string): string {
  if (/^(\/[\w.+-]+)+$/.test(program)) return program;
  throw refusal("program", program, "an absolute path of letters, digits and . _ + -");
}

export function fileName(file: string): string {
  if (/^\w[\w.-]{0,63}$/.test(file)) return file;
  throw refusal("files", file, "a name of letters, digits and . _ -, without folders");
}

function folderName(folder: string): string {
  if (/^\w[\w-]*(\/\w[\w-]*)*$/.test(folder)) return folder;
  throw refusal("folders", folder, "a path below the data folder, of letters, digits and _ -");
}

function variable(key: string): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return key;
  throw refusal("environment", key, "names of letters, digits and _");
}

function count(key: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw refusal(key, value, `a whole number from ${least}`);
}

function processors(value: number): number {
  if (value >= 0.01 && value <= 1024) return value;
  throw refusal("cpus", value, "a number from 0.01 to 1024");
}

function refusal(key: string, value: unknown, allowed: string, next = "Change it"): Error {
  return new Error(`${key} is ${JSON.stringify(value)}. Allowed: ${allowed}. ${next}.`);
}
