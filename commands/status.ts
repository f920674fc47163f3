import { get } from "./support/https.ts";
import { readArguments } from "./support/arguments.ts";
import { run } from "./support/process.ts";
import { configValue } from "./support/stack-config.ts";
import { Stack, type Outputs } from "./support/stack.ts";
import { table } from "./support/table.ts";

const help = `Usage: npm run status [-- --stack NAME]

Shows each member as its manager sees it, what it receives from its peers, who leads the consensus, and what is
installed in the images. Ends with 1 when a member is not admitted or a manager does not answer.

  --stack NAME  stack to look at (default: dev)`;

export interface Member {
  readonly name: string;
  readonly presence: string;
  readonly admitted: boolean;
  readonly reason: string | null;
  readonly server_version: string | null;
}

export interface Peer {
  readonly peer: string;
  readonly status: string | null;
  readonly lag_bytes: number | null;
  readonly lag_seconds: number | null;
}

/** What one manager said, or why it said nothing. */
export interface View {
  readonly url: string;
  readonly error?: string;
  readonly role?: string;
  readonly members?: readonly Member[];
  readonly member?: string;
  readonly peers?: readonly Peer[];
}

export async function status(args: string[]): Promise<number> {
  const options = readArguments("status", args, {
    stack: { type: "string", default: "dev" },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stack = await Stack.open(options.stack);
  const outputs = await stack.outputs();
  const urls = [outputs.endpoints["managers"] ?? []].flat();
  const views = await Promise.all(urls.map((url) => look(url, outputs)));
  console.log(
    `\nMembers\n${members(views)}\n\nReplication\n${replication(views)}\n\nManagers\n${managers(views)}`,
  );
  console.log(`\nImages\n${await images(options.stack)}`);
  return healthy(views) ? 0 : 1;
}

/** Pure: whether every manager answers and every member is admitted. */
export function healthy(views: readonly View[]): boolean {
  return (
    views.length > 0 &&
    views.every((view) => !view.error && (view.members ?? []).every((member) => member.admitted))
  );
}

async function look(url: string, { credentials, caCertificate }: Outputs): Promise<View> {
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${credentials.managerToken}` };
    const { status, text } = await get(`${url}${path}`, caCertificate, { headers });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  try {
    const [raft, cluster, replication] = await Promise.all(
      ["/raft/status", "/cluster/members", "/replication/status"].map(ask),
    );
    return {
      url,
      role: String(raft!["role"]),
      members: cluster!["members"] as Member[],
      member: String(replication!["member"]),
      peers: replication!["peers"] as Peer[],
    };
  } catch (error) {
    return { url, error: (error as Error).message };
  }
}

function members(views: readonly View[]): string {
  const seen = views.find((view) => view.members)?.members ?? [];
  const rows = seen.map(({ name, presence, admitted, reason, server_version: version }) => [
    ...[name, presence, admitted ? "admitted" : "not admitted", version ?? "-", reason ?? ""],
  ]);
  return table([["  member", "presence", "balancer", "version", "reason"], ...rows.map(indent)]);
}

function replication(views: readonly View[]): string {
  const rows = views.flatMap(({ member, peers = [] }) =>
    peers.map(({ peer, status, lag_bytes: bytes, lag_seconds: seconds }) => [
      ...[
        `${peer} → ${member}`,
        status ?? "-",
        bytes === null ? "-" : `${bytes}`,
        seconds === null ? "-" : seconds.toFixed(1),
      ],
    ]),
  );
  return table([["  from → to", "state", "lag bytes", "lag seconds"], ...rows.map(indent)]);
}

function managers(views: readonly View[]): string {
  return table(views.map(({ url, role, error }) => indent([url, error ?? role ?? "-"])));
}

/** Installed versions of what runs here, as the labels of its images have them. */
async function images(stack: string): Promise<string> {
  const fleet = String((await configValue(stack, "name")) ?? "synapsedb");
  const { stdout } = await run("docker", [
    ...["ps", "--all", "--filter", `label=org.synfleet.fleet=${fleet}`],
    ...["--format", '{{.Image}}\t{{.Label "org.synfleet.packages"}}'],
  ]);
  const rows = [...new Set(stdout.split("\n").filter((row) => row !== ""))].sort();
  if (rows.length === 0) return "  nothing of it runs on this machine";
  return table(rows.map((row) => indent(row.split("\t"))));
}

function indent([first = "", ...rest]: readonly string[]): string[] {
  return [`  ${first}`, ...rest];
}
