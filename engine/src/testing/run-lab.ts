/** A lab's command in a process of its own, for tests that kill it: run-lab.ts PROGRAM OBJECTS COMMAND… */
import { main } from "../cli/main.ts";
import { memoryProvider } from "./memory-provider.ts";

const [program, objects, ...argv] = process.argv.slice(2);
const write = (text: string): void => void process.stdout.write(text);
process.exit(
  await main(["--cwd", program!, ...argv], {
    env: process.env,
    terminal: { write, writeError: write, isTerminal: false },
    loadProvider: () => Promise.resolve(memoryProvider(objects!)),
  }),
);
