/** Reads a host, prepares it, leaves it. Thin: what is decided is decided by pure functions. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { applyFirewallCommand, confirmFirewallCommand } from "../../components/host/scripts.ts";
import type { HostInputs, HostLogin, HostState } from "../../components/host/wanted.ts";
import { actualState } from "./drift.ts";
import { errorOf, hostError, isUnreachable, type Ended } from "./error.ts";
import { factsScript, factsWords, parseFacts, type Facts } from "./facts.ts";
import { commandOf, leaveCommand, type HostCommand } from "./scripts.ts";
import { runOn } from "./ssh.ts";
import { refusals, stepsTo, type Step } from "./steps.ts";

/** How a command is run on a host; tests have others. */
export type Run = (login: HostLogin, command: HostCommand) => Promise<Ended>;

/** Time in which rules have to be confirmed, or the host takes them back. */
const CONFIRM_SECONDS = 30;

async function facts(login: HostLogin, wanted: HostState, run: Run): Promise<Facts> {
  const words = ["/bin/sh", "-c", factsScript, "synfleet", ...factsWords(wanted)];
  return parseFacts(await must(login, "it was looked at", { words }, run));
}

async function must(login: HostLogin, doing: string, command: HostCommand, run: Run) {
  const ended = await run(login, command);
  const error = errorOf(login, doing, ended);
  if (error) throw error;
  return ended.stdout;
}

/** What the host has of what it has to have. */
export async function readHost({ login, ...wanted }: HostInputs, run: Run = runOn) {
  return { login, ...actualState(wanted, await facts(login, wanted, run)) };
}

/** Changes what differs and nothing else; says each step before it is taken. */
export async function prepareHost(
  { login, ...wanted }: HostInputs,
  tell: (line: string) => void,
  run: Run = runOn,
): Promise<HostInputs> {
  const before = await facts(login, wanted, run);
  const refused = refusals(wanted, before);
  if (refused.length > 0) throw hostError(login, refused);
  for (const step of stepsTo(wanted, before)) {
    tell(`${login.name}: ${told(step)}`);
    if (step.kind === "firewall") await admit(login, step.rules, run);
    else await take(login, step, run);
  }
  return { login, ...wanted };
}

async function take(login: HostLogin, step: Exclude<Step, { kind: "firewall" }>, run: Run) {
  const ended = await run(login, commandOf(step));
  if (step.kind === "clock" && ended.code === 1) {
    throw hostError(login, [
      {
        got: `a clock that is not synchronised: ${ended.stderr.trim()}`,
        allowed: "one that a time server sets",
        next: "See timedatectl on the host, and whether UDP port 123 is let out; where something else sees to it, set synfleet:preparation: {clock: false}.",
      },
    ]);
  }
  const error = errorOf(login, told(step), ended);
  if (error) throw error;
}

async function admit(login: HostLogin, rules: string, run: Run): Promise<void> {
  const words = applyFirewallCommand(CONFIRM_SECONDS);
  const until = Date.now() + (CONFIRM_SECONDS + 30) * 1000;
  const applied = await run(login, { words, input: rules });
  // Rules may cut off the very connection that brought them; only the next one tells.
  if (!isUnreachable(applied)) {
    const error = errorOf(login, "its rules were changed", applied);
    if (error) throw error;
  }
  const digest = createHash("sha256").update(rules).digest("hex");
  let confirmed = await run(login, { words: confirmFirewallCommand(digest) });
  if (!isUnreachable(confirmed)) {
    const error = errorOf(login, "its rules were confirmed", confirmed);
    if (error) throw error;
    return;
  }
  while (isUnreachable(confirmed) && Date.now() < until) {
    await pause(1000);
    confirmed = await run(login, { words: ["/bin/true"] });
  }
  throw hostError(login, [
    {
      got: `rules that let no new connection of this machine in; ${
        isUnreachable(confirmed)
          ? "it does not answer since"
          : `the host has taken them back by itself after ${CONFIRM_SECONDS} s`
      }`,
      allowed: "rules that admit SSH from this machine",
      next: "See that synfleet:preparation.sshFrom holds the address from which the host sees this machine, then run it again.",
    },
  ]);
}

/** Takes back what can be taken back without harm. */
export async function leaveHost({ login }: HostInputs, run: Run = runOn): Promise<void> {
  await must(login, "it was left", leaveCommand, run);
}

function told(step: Step): string {
  switch (step.kind) {
    case "own":
      return `taking it for ${step.owner}`;
    case "file":
      return `writing ${step.path}`;
    case "packages":
      return `installing ${[...step.install, ...step.optional].join(", ")}`;
    case "reloadUnits":
      return "having systemd read its units";
    case "sysctl":
      return `setting ${Object.keys(step.values).join(", ")}`;
    case "firewall":
      return "changing its rules, and confirming them over a new connection";
    case "restart":
      return `restarting ${step.unit}`;
    case "unit":
      return `${step.enable ? "enabling" : "starting"} ${step.unit}`;
    case "clock":
      return "waiting for its clock to be synchronised";
  }
}
