/** Names go into hba, ident and SQL without quoting, so only those that need none are taken. */
export function plainName(key: string, value: string): string {
  const keywords = ["all", "sameuser", "samerole", "samegroup", "replication"];
  if (/^[a-z_][a-z0-9_-]{0,62}$/.test(value) && !keywords.includes(value)) return value;
  throw new Error(
    `${key} is ${JSON.stringify(value)}. Allowed: 1 to 63 small letters, digits, _ and -, starting with a letter, and none of ${keywords.join(", ")}.`,
  );
}
