/** Parses a WAL position such as "0/16B3748" to a byte count. */
export function parseLsn(text: string): bigint {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) throw new Error(`not a WAL position: got "${text}", allowed: "X/Y" in hex`);
  return (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`);
}

/** Bytes from `from` to `to`; never negative, as the two may be read in any order. */
export function bytesBetween(from: string, to: string): number {
  const distance = parseLsn(to) - parseLsn(from);
  return distance > 0n ? Number(distance) : 0;
}

/** True when `position` is at or past `target`. */
export function reached(position: string, target: string): boolean {
  return parseLsn(position) >= parseLsn(target);
}
