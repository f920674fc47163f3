import { probePostgres } from "../adapters/balancer.ts";
import type { EtcdPort } from "../adapters/etcd.ts";
import { getJson } from "../adapters/https.ts";
import type { Config, MemberConfig } from "../config.ts";
import { errorText } from "../log.ts";
import type { Runtime } from "../runtime.ts";
import type { EndpointProgress, ManagerProgress, Progress } from "./progress.ts";

const timeoutMs = 3000;

/** Asks every part once, all at the same time. */
export async function lookAtCluster(runtime: Runtime, etcd: EtcdPort): Promise<Progress> {
  const { config } = runtime;
  const [managers, leader, balancer, store] = await Promise.all([
    Promise.all(config.members.map((member) => lookAtManager(member, runtime))),
    lookAtLeader(config, etcd),
    lookAtBalancer(runtime),
    etcd.view().catch(() => undefined),
  ]);
  return { initialised: store?.initialised ?? false, managers, leader, balancer };
}

interface MembersAnswer {
  readonly mesh_complete?: boolean;
  readonly initialised?: boolean;
  readonly joined_marks?: readonly string[];
  readonly members?: readonly { name: string; admitted: boolean; reason: string | null }[];
}

async function lookAtManager(member: MemberConfig, runtime: Runtime): Promise<ManagerProgress> {
  const { host, port } = member.manager;
  const base = `https://${host}:${port}`;
  const nothing = {
    manager: `manager of ${member.name} (${host}:${port})`,
    member: member.name,
    healthy: false,
    initialised: false,
    meshComplete: false,
    marked: false,
    admitted: false,
    reason: "unknown",
  };
  try {
    const health = await getJson(`${base}/health`, runtime.tls, {}, timeoutMs);
    if (health.status !== 200) return nothing;
    const authorization = `Bearer ${runtime.token}`;
    const answer = await getJson(
      `${base}/cluster/members`,
      runtime.tls,
      { authorization },
      timeoutMs,
    );
    if (answer.status !== 200) {
      return { ...nothing, error: `GET /cluster/members answers ${answer.status}` };
    }
    const body = answer.body as MembersAnswer;
    const own = body.members?.find((entry) => entry.name === member.name);
    return {
      ...nothing,
      healthy: true,
      initialised: body.initialised === true,
      meshComplete: body.mesh_complete === true,
      marked: body.joined_marks?.includes(member.name) === true,
      admitted: own?.admitted === true,
      reason: own?.reason ?? "unknown",
    };
  } catch (error) {
    return { ...nothing, error: errorText(error) };
  }
}

async function lookAtLeader(config: Config, etcd: EtcdPort): Promise<Progress["leader"]> {
  const looks = await Promise.all(
    config.etcd.map(async ({ name }) => {
      try {
        return { name, status: await etcd.status(name) };
      } catch (error) {
        return { name, error: errorText(error) };
      }
    }),
  );
  const away = looks.filter((look) => "error" in look);
  if (away.length > 0) {
    return { error: away.map((look) => `${look.name} does not answer (${look.error})`).join("; ") };
  }
  const leaders = looks.filter(
    (look) => look.status !== undefined && look.status.leaderId === look.status.memberId,
  );
  const [only] = leaders;
  if (leaders.length === 1 && only !== undefined) return { name: only.name };
  return { error: `${leaders.length} leaders, allowed: exactly one` };
}

async function lookAtBalancer({ config, tls }: Runtime): Promise<EndpointProgress[]> {
  const { balancer } = config;
  if (balancer === undefined) return [];
  return Promise.all(
    (["read", "write"] as const).map(async (name) => {
      const { host, port } = balancer[name];
      try {
        await probePostgres(host, port, tls, timeoutMs);
        return { name };
      } catch (error) {
        return { name, error: `${host}:${port}: ${errorText(error)}` };
      }
    }),
  );
}
