/** What may be asked over HTTP, as regular expressions of paths. Pure. */

/** Requests that change nothing, all with GET. Anything that is not here counts as a write. */
export const reads: readonly string[] = [
  "^/(health|metrics|info|slowlog|clients|auth/me)$",
  "^/kv/(stats|get/[^/]+|[^/]+/(getrange|strlen))$",
  "^/key/(randomkey|[^/]+/(type|exists))$",
  "^/memory/[^/]+/usage$",
  "^/hash/(stats|[^/]+/[^/]+(/exists)?)$",
  "^/list/(stats|[^/]+/(range|len|index/[^/]+))$",
  "^/set/(stats|[^/]+/(members|card|randmember))$",
  "^/sortedset/(stats|[^/]+/(zcard|zrange|zrevrange|zcount|zrangebyscore)|[^/]+/[^/]+/(zscore|zrank|zrevrank))$",
  "^/queue/(list|[^/]+/stats)$",
];

/**
 * Writes after which the server logs and replicates an empty value in place of the key's: a restart or a replica would
 * lose what was there.
 */
export const destructive: readonly string[] = ["^/kv/[^/]+/(append|setrange)$"];

/** The same by the names of commands, as the body of a request to `/api/v1/command` has them. */
export const destructiveCommands = '"command"[[:space:]]*:[[:space:]]*"kv\\.(append|setrange)"';

/** Lines of HAProxy that define a name as true for any of the paths. */
export function pathAcl(name: string, expressions: readonly string[]): string {
  return expressions.map((expression) => `  acl ${name} path_reg '${expression}'\n`).join("");
}
