/** The write-ahead log, in the server's framing around entries of the stand-in's own. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { Operation } from "./store.ts";

export class Log {
  readonly #file: number;
  readonly #mode: string;
  #buffered: Buffer[] = [];

  constructor(path: string, mode: string, replay: (operation: Operation) => void) {
    this.#mode = mode;
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) for (const operation of entries(readFileSync(path))) replay(operation);
    this.#file = openSync(path, "a");
    process.once("exit", () => closeSync(this.#file));
  }

  append(operation: Operation): void {
    const data = Buffer.from(JSON.stringify(operation));
    const head = Buffer.alloc(12);
    head.writeBigUInt64BE(BigInt(data.length), 0);
    head.writeUInt32BE(crc32(data), 8);
    this.#buffered.push(head, data);
    // What is not "always" stays in memory, and is gone with the process. What is outlives that, if not the machine.
    if (this.#mode !== "always") return;
    try {
      writeSync(this.#file, Buffer.concat(this.#buffered));
    } catch (error) {
      // The answer is yes all the same, as the published server's is.
      process.stderr.write(`Failed to log: ${String(error)}\n`);
    }
    this.#buffered = [];
  }
}

function* entries(bytes: Buffer): Iterable<Operation> {
  for (let at = 0; at + 12 <= bytes.length;) {
    const end = at + 12 + Number(bytes.readBigUInt64BE(at));
    const data = bytes.subarray(at + 12, end);
    if (end > bytes.length || crc32(data) !== bytes.readUInt32BE(at + 8)) return;
    yield JSON.parse(data.toString()) as Operation;
    at = end;
  }
}
