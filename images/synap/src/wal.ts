/**
 * The server's write-ahead log, as far as a supervisor must know it: entries one after another, each the length of its
 * data (8 bytes, big endian), the data's CRC-32 (4 bytes, big endian), and the data.
 */
import { createHash } from "node:crypto";
import { open, truncate } from "node:fs/promises";
import { crc32 } from "node:zlib";

const header = 12;
const largestEntry = 2 ** 30;
const chunk = 1 << 20;

export interface Scan {
  /** End of the last whole entry. */
  readonly bytes: number;
  readonly entries: number;
  /** Bytes after that, which a crash left of an entry that nobody was told is written. */
  readonly torn: number;
  /** Why the log cannot be used from `bytes` on: something is broken with more after it. */
  readonly damage?: string;
}

/** Reads the log from the beginning of an entry on. A missing one is empty. */
export async function scan(path: string, from = 0): Promise<Scan> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return { bytes: from, entries: 0, torn: 0 };
  try {
    const { size } = await file.stat();
    let buffer = Buffer.alloc(0);
    let position = from;
    let entries = 0;
    /** At least `count` bytes from `position` on in the buffer, or false at the end of the file. */
    const have = async (count: number): Promise<boolean> => {
      if (buffer.length >= count) return true;
      if (position + count > size) return false;
      const more = Buffer.alloc(Math.min(size - position, Math.max(count, chunk)) - buffer.length);
      const { bytesRead } = await file.read(more, 0, more.length, position + buffer.length);
      buffer = Buffer.concat([buffer, more.subarray(0, bytesRead)]);
      return buffer.length >= count;
    };
    for (;;) {
      const result = { bytes: position, entries, torn: size - position };
      if (!(await have(header))) return result;
      const length = Number(buffer.readBigUInt64BE(0));
      const sound = length > 0 && length <= largestEntry;
      if (sound && !(await have(header + length))) return result;
      if (!sound || crc32(buffer.subarray(header, header + length)) !== buffer.readUInt32BE(8)) {
        const last = sound && position + header + length >= size;
        if (last || (await onlyZeros(file, position, size))) return result;
        return { ...result, damage: `entry ${entries + 1} at byte ${position} is damaged` };
      }
      buffer = buffer.subarray(header + length);
      position += header + length;
      entries += 1;
    }
  } finally {
    await file.close();
  }
}

/** Cuts off what a crash left: the server would write behind it, and never read what it has written there. */
export async function trim(path: string): Promise<Scan> {
  const found = await scan(path);
  if (found.torn > 0 && !found.damage) await truncate(path, found.bytes);
  return found;
}

/** Of the last part before `end`: two logs with the same digest there are the same up to there. */
export async function digestBefore(path: string, end: number): Promise<string> {
  if (end === 0) return "empty";
  const file = await open(path, "r");
  try {
    const part = Buffer.alloc(Math.min(end, chunk));
    await file.read(part, 0, part.length, end - part.length);
    return createHash("sha256").update(part).digest("hex");
  } finally {
    await file.close();
  }
}

async function onlyZeros(
  file: Awaited<ReturnType<typeof open>>,
  from: number,
  size: number,
): Promise<boolean> {
  const part = Buffer.alloc(chunk);
  for (let at = from; at < size;) {
    const { bytesRead } = await file.read(part, 0, Math.min(chunk, size - at), at);
    if (bytesRead === 0) return true;
    if (part.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
    at += bytesRead;
  }
  return true;
}
