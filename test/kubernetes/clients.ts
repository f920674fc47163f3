import type { Outputs } from "../../commands/support/stack.ts";
import { connect } from "../support/database.ts";

/** As a client in the cluster, who verifies the name that it was told: the values of all rows. */
export async function queryAt(
  address: string,
  url: string,
  outputs: Outputs,
  sql: string,
): Promise<unknown[]> {
  const client = await connect(url, outputs, address);
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    void client.end().catch(() => {});
  }
}
