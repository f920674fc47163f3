import type { Action } from "../cluster/actions.ts";
import { type MemberStatus, parseMemberStatus } from "../cluster/status.ts";
import { errorText } from "../log.ts";
import type { Database } from "./postgres.ts";

/** What the manager asks of a member's database; the statements are functions of schema `synfleet`. */
export interface MemberPort {
  /** Heartbeat, conflicts, sequences and status in one round trip; only for the own member. */
  tick(): Promise<MemberStatus>;
  status(): Promise<MemberStatus>;
  act(action: Action): Promise<void>;
  /** When the certificate of the member's server ends, once it has shown one. */
  certificateExpiresMs(): number | undefined;
  close(): Promise<void>;
}

const lookTimeoutMs = 2000;
const actTimeoutMs = 15_000;

/**
 * Looks and acts over two connections: a subscription takes seconds to make, and looks go on meanwhile.
 */
export function memberPort(looks: Database, acts: Database): MemberPort {
  const look = async (call: string) => {
    const rows = await looks.query<{ status: unknown }>(
      `select ${call} as status`,
      [],
      lookTimeoutMs,
    );
    return parseMemberStatus(rows[0]?.status);
  };
  return {
    tick: async () => {
      try {
        return await look("synfleet.tick()");
      } catch (error) {
        // A member without room for writes still answers: what it says is what it is closed by.
        if (!isDiskFull(error)) throw error;
        return { ...(await look("synfleet.status()")), write_error: errorText(error) };
      }
    },
    status: () => look("synfleet.status()"),
    act: async (action) => {
      const statement = statementOf(action);
      if (statement === undefined) throw new Error(`not an action on a database: ${action.kind}`);
      if (action.kind === "admit" || action.kind === "withdraw") {
        // A verdict must not wait behind a subscription that is being made.
        await looks.query(statement.text, statement.values, lookTimeoutMs);
        return;
      }
      // The server gives up first, so that no half-done statement goes on behind our back.
      await acts.query(`set statement_timeout = ${actTimeoutMs - 3000}`, [], actTimeoutMs);
      await acts.query(statement.text, statement.values, actTimeoutMs);
    },
    certificateExpiresMs: () => looks.certificateExpiresMs,
    close: async () => {
      await Promise.all([looks.close(), acts.close()]);
    },
  };
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "53100";
}

/** The SQL of an action, or nothing for one that does not concern a database. */
export function statementOf(action: Action): { text: string; values: unknown[] } | undefined {
  switch (action.kind) {
    case "join":
      return { text: "select synfleet.join($1, $2)", values: [action.member, action.number] };
    case "copy":
      return { text: "select synfleet.request_copy($1, $2)", values: [action.donor, action.peers] };
    case "subscribe":
      return { text: "select synfleet.subscribe($1)", values: [action.peer] };
    case "restart":
      // pglogical's manager forgets a worker that failed twice in a row; enabling an enabled
      // subscription wakes it.
      return {
        text: "select pglogical.alter_subscription_enable(synfleet.subscription_name($1))",
        values: [action.peer],
      };
    case "unsubscribe":
      return { text: "select synfleet.unsubscribe($1)", values: [action.peer] };
    case "drop-slot":
      return { text: "select synfleet.drop_slot_of($1)", values: [action.peer] };
    case "admit":
      return { text: "select synfleet.admit($1)", values: [action.reason] };
    case "withdraw":
      return { text: "select synfleet.withdraw($1)", values: [action.reason] };
    case "mark":
      return undefined;
  }
}
