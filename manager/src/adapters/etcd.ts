import { Agent, request } from "node:https";
import { z } from "zod";
import type { JoinMark, StoreView } from "../cluster/observation.ts";
import { errorText } from "../log.ts";
import type { TlsMaterial } from "../runtime.ts";

export interface EtcdEndpoint {
  readonly name: string;
  readonly url: string;
}

const statusAnswer = z.looseObject({
  header: z.looseObject({ member_id: z.string(), raft_term: z.string().default("0") }),
  version: z.string().default(""),
  leader: z.string().default("0"),
  raftIndex: z.string().default("0"),
  raftTerm: z.string().default("0"),
  raftAppliedIndex: z.string().default("0"),
  isLearner: z.boolean().default(false),
});
const membersAnswer = z.looseObject({
  members: z.array(z.looseObject({ ID: z.string(), name: z.string().default("") })).default([]),
});
const rangeAnswer = z.looseObject({
  kvs: z.array(z.looseObject({ key: z.string(), value: z.string().default("") })).default([]),
});
const txnAnswer = z.looseObject({ succeeded: z.boolean().default(false) });

/** The state of one etcd member. Ids are decimal text, as they do not fit a JavaScript number. */
export interface EtcdStatus {
  readonly memberId: string;
  readonly leaderId: string;
  readonly term: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly isLearner: boolean;
  readonly version: string;
}

/** What the managers ask of etcd. */
export interface EtcdPort {
  status(endpoint: string): Promise<EtcdStatus>;
  /** Names of etcd's members by id. */
  members(): Promise<ReadonlyMap<string, string>>;
  view(): Promise<StoreView>;
  putMark(member: string, mark: JoinMark): Promise<void>;
  /** Marks the cluster as initialised; false when it was so already. */
  markInitialised(details: Record<string, unknown>): Promise<boolean>;
  close(): void;
}

const timeoutMs = 2000;

/**
 * etcd's own HTTP/JSON gateway (`/v3/…`) over mutual TLS: part of etcd, stable since 3.4, and five calls
 * of it are all that is needed. See docs/adr for why no client library.
 */
export function etcdPort(
  cluster: string,
  endpoints: readonly EtcdEndpoint[],
  tls: TlsMaterial,
): EtcdPort {
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 4, minVersion: "TLSv1.2" });
  const prefix = `/synfleet/${cluster}/`;
  let preferred = 0;

  /** Any endpoint will do; the one that answered last is asked first. */
  const anywhere = async (path: string, body: unknown): Promise<unknown> => {
    const faults: string[] = [];
    for (let tried = 0; tried < endpoints.length; tried++) {
      const index = (preferred + tried) % endpoints.length;
      const endpoint = endpoints[index] as EtcdEndpoint;
      try {
        const answer = await post(agent, endpoint.url + path, body);
        preferred = index;
        return answer;
      } catch (error) {
        faults.push(`${endpoint.name}: ${errorText(error)}`);
      }
    }
    throw new Error(`no etcd member answered (${faults.join("; ")})`);
  };

  return {
    status: async (name) => {
      const endpoint = endpoints.find((entry) => entry.name === name);
      if (endpoint === undefined) throw new Error(`no etcd member is named ${name}`);
      const answer = statusAnswer.parse(
        await post(agent, `${endpoint.url}/v3/maintenance/status`, {}),
      );
      return {
        memberId: answer.header.member_id,
        leaderId: answer.leader,
        term: Number(answer.raftTerm),
        commitIndex: Number(answer.raftIndex),
        appliedIndex: Number(answer.raftAppliedIndex),
        isLearner: answer.isLearner,
        version: answer.version,
      };
    },
    members: async () => {
      const answer = membersAnswer.parse(await anywhere("/v3/cluster/member/list", {}));
      return new Map(answer.members.map((entry) => [entry.ID, entry.name]));
    },
    view: async () => {
      const answer = rangeAnswer.parse(
        await anywhere("/v3/kv/range", { key: encode(prefix), range_end: encode(after(prefix)) }),
      );
      return storeView(
        prefix,
        answer.kvs.map((entry) => [decode(entry.key), decode(entry.value)]),
      );
    },
    putMark: async (member, mark) => {
      const key = encode(`${prefix}members/${member}`);
      await anywhere("/v3/kv/put", { key, value: encode(JSON.stringify(mark)) });
    },
    markInitialised: async (details) => {
      const key = encode(`${prefix}initialised`);
      const value = encode(JSON.stringify(details));
      const answer = txnAnswer.parse(
        await anywhere("/v3/kv/txn", {
          compare: [{ key, target: "VERSION", result: "EQUAL", version: "0" }],
          success: [{ request_put: { key, value } }],
        }),
      );
      return answer.succeeded;
    },
    close: () => agent.destroy(),
  };
}

/** Reads the keys below the cluster's prefix. */
export function storeView(
  prefix: string,
  pairs: readonly (readonly [key: string, value: string])[],
): StoreView {
  const marks: Record<string, JoinMark> = {};
  let initialised = false;
  for (const [key, value] of pairs) {
    const name = key.slice(prefix.length);
    if (name === "initialised") initialised = true;
    if (name.startsWith("members/")) {
      const { systemIdentifier } = JSON.parse(value) as Partial<JoinMark>;
      if (systemIdentifier !== undefined) {
        marks[name.slice("members/".length)] = { systemIdentifier };
      }
    }
  }
  return { known: true, initialised, marks };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString();
}

/** The first key that does not start with the prefix. */
function after(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

function post(agent: Agent, url: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const call = request(url, {
      agent,
      method: "POST",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(payload) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        try {
          const answer = JSON.parse(text) as { error?: string; message?: string };
          if (response.statusCode === 200) resolve(answer);
          else reject(new Error(answer.message ?? answer.error ?? `HTTP ${response.statusCode}`));
        } catch {
          reject(new Error(`HTTP ${response.statusCode} without JSON`));
        }
      });
    });
    call.end(payload);
  });
}
