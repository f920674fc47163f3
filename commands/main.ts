/** Entry of every command: picks one by its name and turns errors into a line and an exit code. */
import { Failure } from "./support/failure.ts";

interface Command {
  readonly summary: string;
  readonly run: () => Promise<(args: string[]) => Promise<number>>;
}

// Loaded when called: a command that is not run costs nothing.
const commands: Record<string, Command> = {
  up: {
    summary: "bring a stack up: SynapseDB on this machine's Docker, or what its settings say",
    run: async () => (await import("./up.ts")).up,
  },
  down: {
    summary: "remove all that up made (--keep-data keeps the volumes)",
    run: async () => (await import("./down.ts")).down,
  },
  status: {
    summary: "show members, replication and installed versions",
    run: async () => (await import("./status.ts")).status,
  },
  switchover: {
    summary: "hand the lead over to another member, while all is well",
    run: async () => (await import("./operate/roles.ts")).switchover,
  },
  promote: {
    summary: "make a member the leader after the one that led is lost",
    run: async () => (await import("./operate/roles.ts")).promote,
  },
  reinit: {
    summary: "have a member copy the others' data anew",
    run: async () => (await import("./operate/roles.ts")).reinit,
  },
  "add-replica": {
    summary: "add a member to a stack",
    run: async () => (await import("./operate/replicas.ts")).addReplica,
  },
  "remove-replica": {
    summary: "take a member out of a stack",
    run: async () => (await import("./operate/replicas.ts")).removeReplica,
  },
  "forget-host": {
    summary: "give up what was on a host that is gone for good",
    run: async () => (await import("./operate/forget-host.ts")).forgetHost,
  },
  "forget-namespace": {
    summary: "give up what was in a Kubernetes namespace that is gone",
    run: async () => (await import("./operate/forget-namespace.ts")).forgetNamespace,
  },
  pulumi: {
    summary: "run the Pulumi CLI, or the offline engine where there is none",
    run: async () => (await import("./pulumi.ts")).pulumi,
  },
  test: {
    summary: "run every suite of tests, or those that are named",
    run: async () => (await import("./test.ts")).test,
  },
  package: {
    summary: "pack the library, for programs outside of this folder to install",
    run: async () => (await import("./package.ts")).pack,
  },
  lab: {
    summary: "start or stop the Kubernetes and the servers that suites run on",
    run: async () => (await import("./lab.ts")).lab,
  },
  bench: {
    summary: "measure start-up, balancer and replication on real containers",
    run: async () => (await import("./bench.ts")).bench,
  },
};

const usage = [
  "Usage: npm run synfleet -- COMMAND [ARGUMENTS]",
  "",
  ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`),
  "",
  "npm run synfleet -- COMMAND --help tells more about one of them. The guides are in docs/.",
].join("\n");

async function main([name = "", ...args]: string[]): Promise<number> {
  if (name === "" || name === "help" || name === "--help" || name === "-h") {
    console.log(usage);
    return name === "" ? 1 : 0;
  }
  const command = commands[name];
  if (!command) {
    throw new Failure(
      `command: got "${name}"; allowed: ${Object.keys(commands).join(", ")}. See npm run synfleet -- --help.`,
    );
  }
  return (await command.run())(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`synfleet: ${error.message}`);
  process.exitCode = error.exitCode;
}
