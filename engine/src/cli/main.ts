/** From a command line to an exit code. Commands are loaded when they are asked for. */
import { ENGINE_VERSION } from "../state/version.ts";
import { Bail, EXIT, EngineError } from "../errors.ts";
import { UsageError, parseArguments } from "./arguments.ts";
import { Session, type Dependencies } from "./session.ts";

type Run = (session: Session) => Promise<number>;

export const RUNS: { readonly [command: string]: () => Promise<Run> } = {
  up: async () => (await import("./operate.ts")).up,
  preview: async () => (await import("./operate.ts")).preview,
  refresh: async () => (await import("./refresh.ts")).refresh,
  destroy: async () => (await import("./destroy.ts")).destroy,
  stack: async () => (await import("./stack-show.ts")).overview,
  "stack new": async () => (await import("./stack.ts")).init,
  "stack select": async () => (await import("./stack.ts")).select,
  "stack unselect": async () => (await import("./stack.ts")).unselect,
  "stack import": async () => (await import("./stack-transfer.ts")).importState,
  "stack list": async () => (await import("./stack.ts")).ls,
  "stack output": async () => (await import("./stack-show.ts")).output,
  "stack export": async () => (await import("./stack-transfer.ts")).exportState,
  "stack remove": async () => (await import("./stack.ts")).remove,
  config: async () => (await import("./config.ts")).list,
  "config set": async () => (await import("./config.ts")).set,
  "config get": async () => (await import("./config.ts")).get,
  "config remove": async () => (await import("./config.ts")).remove,
  "config refresh": async () => (await import("./config.ts")).refresh,
  "config set-all": async () => (await import("./config-many.ts")).setAll,
  "config remove-all": async () => (await import("./config-many.ts")).removeAll,
  "config copy": async () => (await import("./config-many.ts")).copy,
  "stack history": async () => (await import("./stack-history.ts")).history,
  "stack rename": async () => (await import("./stack-rename.ts")).rename,
  "state remove": async () => (await import("./state.ts")).remove,
  "state protect": async () => (await import("./state.ts")).protect,
  "state unprotect": async () => (await import("./state.ts")).unprotect,
  "state taint": async () => (await import("./state.ts")).taint,
  "state untaint": async () => (await import("./state.ts")).untaint,
  "state rename": async () => (await import("./state.ts")).rename,
  cancel: async () => (await import("./misc.ts")).cancel,
  login: async () => (await import("./misc.ts")).login,
  logout: async () => (await import("./misc.ts")).logout,
  whoami: async () => (await import("./misc.ts")).whoami,
};

export async function main(argv: readonly string[], dependencies: Dependencies): Promise<number> {
  const { write, writeError } = dependencies.terminal;
  let session: Session | undefined;
  try {
    const args = parseArguments(argv);
    if (args.flag("help") || !RUNS[args.command]) {
      if (args.command === "version" && !args.flag("help")) {
        write(`${ENGINE_VERSION}\n`);
        return EXIT.ok;
      }
      const { help } = await import("./help.ts");
      write(help(args.command));
      // A group alone asks for a command of it.
      return args.flag("help") || args.command === "help" ? EXIT.ok : EXIT.error;
    }
    session = new Session(args, dependencies);
    return await (
      await RUNS[args.command]!()
    )(session);
  } catch (error) {
    if (error instanceof Bail) return error.exitCode;
    if (error instanceof UsageError) {
      const { help } = await import("./help.ts");
      write(`${help(error.command)}\n`);
    }
    if (error instanceof EngineError) {
      writeError(`error: ${error.message}\n`);
      return error.exitCode;
    }
    // A mistake of the engine, or of the machine (no space, no permission): with its place.
    writeError(
      `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.error;
  } finally {
    await session?.end();
  }
}
