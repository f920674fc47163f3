import { expect, test } from "vitest";
import { get } from "../../../commands/support/https.ts";
import { until } from "../../support/until.ts";
import {
  ask,
  managers,
  nodesBehind,
  onEachNode,
  readUrl,
  whole,
  writeUrl,
  type Fleet,
} from "./fleet.ts";

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
}

/** What runs beside the databases: managers, consensus, statistics, metrics. */
export function serviceChecks(fleet: () => Fleet): void {
  const ca = () => fleet().outputs.caCertificate;
  const bearer = () => ({ authorization: `Bearer ${fleet().outputs.credentials.managerToken}` });

  test("the read and the write endpoint answer", async () => {
    for (const url of [readUrl(fleet()), writeUrl(fleet())]) {
      expect(await ask(fleet(), url, "select 1 as one")).toEqual([{ one: 1 }]);
    }
  });

  test("the read endpoint spreads connections over all nodes, the write endpoint keeps to one", async () => {
    // Ready means that the endpoint answers; the last node may be a check behind.
    await whole(fleet());
    expect(await nodesBehind(fleet(), writeUrl(fleet()))).toBe(1);
  });

  test("the initialiser says that it succeeded", async () => {
    expect(await fleet().logs("init")).toContain("Cluster initialization successful!");
  });

  test("exactly one manager reports the leader of the consensus, and all report the same", async () => {
    const statuses = await Promise.all(
      managers(fleet()).map(async (url) => {
        const { status, text } = await get(`${url}/raft/status`, ca(), { headers: bearer() });
        expect(status).toBe(200);
        return JSON.parse(text) as {
          role: string;
          current_term: number;
          leader_id: string;
          commit_index: number;
        };
      }),
    );
    expect(statuses.map(({ role }) => role).sort()).toEqual(["follower", "follower", "leader"]);
    expect(new Set(statuses.map(({ leader_id }) => leader_id)).size).toBe(1);
    expect(
      statuses.every(({ current_term, commit_index }) => current_term > 0 && commit_index > 0),
    ).toBe(true);
  });

  test("a manager tells its health to anyone and the rest to those with the token", async () => {
    const [url] = managers(fleet());
    expect((await get(`${url}/health`, ca())).status).toBe(200);
    for (const path of ["/raft/status", "/cluster/members", "/replication/status", "/metrics"]) {
      expect((await get(`${url}${path}`, ca())).status).toBe(401);
      expect(
        (await get(`${url}${path}`, ca(), { headers: { authorization: "Bearer wrong" } })).status,
      ).toBe(401);
      expect((await get(`${url}${path}`, ca(), { headers: bearer() })).status).toBe(200);
    }
  });

  test("the balancer's statistics need the password and show every node up", async () => {
    const url = `${String(fleet().outputs.endpoints["statistics"])};csv`;
    const { user, password } = fleet().outputs.credentials.statistics;
    expect((await get(url, ca())).status).toBe(401);
    const { status, text } = await get(url, ca(), { auth: `${user}:${password}` });
    expect(status).toBe(200);
    const servers = text.split("\n").filter((line) => /^(read|write)[^,]*,postgres\d,/.test(line));
    expect(servers.length).toBe(6);
    expect(servers.filter((line) => !line.includes(",UP,"))).toEqual([]);
  });

  test("Prometheus scrapes every part and has its alert rules", async () => {
    const base = String(fleet().outputs.endpoints["prometheus"]);
    const { user, password } = fleet().outputs.credentials.statistics;
    const login = { auth: `${user}:${password}` };
    expect((await get(`${base}/-/ready`, ca())).status).toBe(401);
    // A target is known once Prometheus has read its configuration, and a part may come up after the first look at it.
    const targets = await until("a scrape of every target", async () => {
      const { text } = await get(`${base}/api/v1/targets?state=active`, ca(), login);
      const active = (JSON.parse(text) as any).data.activeTargets as Target[];
      const missing = active.filter(({ health }) => health !== "up");
      if (missing.length > 0) throw new Error(JSON.stringify(missing));
      return active.length > 0 ? active : undefined;
    });
    expect([...new Set(targets.map(({ labels }) => labels.job))].sort()).toEqual([
      ...["balancer", "etcd", "manager", "node", "postgres", "prometheus"],
    ]);
    const rules = JSON.parse((await get(`${base}/api/v1/rules`, ca(), login)).text) as any;
    expect(rules.data.groups.flatMap((group: any) => group.rules).length).toBeGreaterThan(10);
  });

  test("database connections without TLS are refused, and the application's user is no superuser", async () => {
    const { hostname, port } = new URL(fleet().nodes[0]!);
    const { Client } = (await import("pg")).default;
    const { user, password, database } = fleet().outputs.credentials.postgres;
    const plain = new Client({ host: hostname, port: Number(port), user, password, database });
    await expect(plain.connect()).rejects.toThrow(/pg_hba.conf rejects|no encryption/);
    await onEachNode(fleet(), async (clients) => {
      for (const client of clients) {
        const { rows } = await client.query(
          "select rolsuper, rolcreaterole, rolreplication, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as tls from pg_roles where rolname = current_user",
        );
        expect(rows[0]).toEqual({
          rolsuper: false,
          rolcreaterole: false,
          rolreplication: false,
          tls: true,
        });
      }
    });
  });
}
