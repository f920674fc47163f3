import { etcdConf } from "../../../components/etcd/conf.ts";
import { type ManagerConfArgs, managerConf } from "../../../components/manager/conf.ts";
import * as postgres from "../../../components/postgres/conf.ts";
import { getJson, type JsonAnswer } from "../../../manager/src/adapters/https.ts";
import { type Files, type Lab, applicationPassword } from "./lab.ts";

export const numbers = [1, 2, 3] as const;
export const members = numbers.map((number) => `postgres${number}`);
export const token = "a-token-of-the-test-0123456789";

export const managerArgs: Omit<ManagerConfArgs, "serves"> = {
  cluster: "synapsedb",
  members: numbers.map((number) => ({ name: `postgres${number}`, number, etcd: `etcd${number}` })),
  etcd: numbers.map((number) => ({ name: `etcd${number}` })),
  admission: { absentAfterSeconds: 5 },
  initialiseTimeoutSeconds: 120,
};

export async function startEtcd(lab: Lab): Promise<void> {
  const list = numbers.map((number) => ({ name: `etcd${number}` }));
  for (const { name } of list) {
    await lab.start("etcd", name, {
      ...(await lab.identity(name)),
      "etcd.yml": etcdConf({ name, members: list, token: lab.prefix }),
    });
  }
}

/** `of` are the numbers of all members that there will ever be. */
export async function startPostgres(
  lab: Lab,
  number: number,
  of: readonly number[] = numbers,
): Promise<void> {
  const member = `postgres${number}`;
  const files = {
    ...(await lab.identity(member)),
    "postgresql.conf": postgres.postgresqlConf({ memoryMib: 256, maxConnections: 60 }),
    "pg_hba.conf": postgres.pgHbaConf({ database: "synapsedb", applicationUser: "synapsedb" }),
    "pg_ident.conf": postgres.pgIdentConf({
      members: of.map((entry) => `postgres${entry}`),
      managers: of.map((entry) => `manager${entry}`),
      exporters: ["postgres-exporter1"],
      balancers: ["balancer"],
    }),
    "bootstrap.conf": postgres.bootstrapConf({ member, number }),
    "secrets/application_password": { secret: applicationPassword },
  };
  await lab.start("postgres", member, files, { restart: true });
}

export function managerFiles(serves: string | null, change: Partial<ManagerConfArgs> = {}): Files {
  return {
    "manager.json": managerConf({ ...managerArgs, serves, ...change }),
    "secrets/manager_token": { secret: token },
  };
}

export async function startManager(
  lab: Lab,
  number: number,
  change: Partial<ManagerConfArgs> = {},
): Promise<void> {
  const alias = `manager${number}`;
  const files = { ...(await lab.identity(alias)), ...managerFiles(`postgres${number}`, change) };
  await lab.start("manager", alias, files, { publish: 8080 });
}

/** Asks a manager's API as a user on the host does. */
export async function ask(
  lab: Lab,
  number: number,
  path: string,
  bearer = token,
): Promise<JsonAnswer> {
  const port = await lab.port(`manager${number}`, 8080);
  return getJson(
    `https://127.0.0.1:${port}${path}`,
    { ca: lab.authority.ca } as Parameters<typeof getJson>[1],
    { authorization: `Bearer ${bearer}` },
    3000,
  );
}

export interface MembersBody {
  readonly initialised: boolean;
  readonly mesh_complete: boolean;
  readonly members: readonly {
    name: string;
    admitted: boolean;
    reason: string;
    presence: string;
  }[];
}

/** What the manager of a member says of that member. */
export async function standing(lab: Lab, number: number) {
  const body = (await ask(lab, number, "/cluster/members")).body as MembersBody;
  const own = body.members.find((entry) => entry.name === `postgres${number}`);
  return {
    initialised: body.initialised,
    meshComplete: body.mesh_complete,
    admitted: own?.admitted === true,
    reason: own?.reason ?? "",
  };
}
