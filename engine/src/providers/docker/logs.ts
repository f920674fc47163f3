const HEADER_BYTES = 8;

/** Docker frames the output of a container without a terminal: stream, three zeros, length, text. */
export function demultiplex(log: Buffer): string {
  if (log.length < HEADER_BYTES || log[0]! > 2 || log.readUIntBE(1, 3) !== 0) return log.toString();
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= log.length;) {
    const end = at + HEADER_BYTES + log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(parts).toString();
}
