/** What the server's own metrics do not tell. Pure. */
import type { Status } from "./peers.ts";

export function metricsText(status: Status): string {
  const lines: [name: string, help: string, value: number | undefined][] = [
    ["master", "Whether this member is master.", Number(status.mode === "master")],
    [
      "ready",
      "Whether it serves, and as a replica has caught up and is linked.",
      Number(status.ready),
    ],
    [
      "room_low",
      "Whether its volume has too little room for writes.",
      Number(status.room === "low"),
    ],
    ["epoch", "Number of the decision about who is master.", status.state.epoch],
    ["log_bytes", "Size of the write-ahead log, or of the copy of it.", status.bytes],
    ["offset", "Operations of this run of the master.", status.offset],
    ["replicas", "Replicas that are linked to this master.", status.replicas],
    ["aside", "Directories with data that was set aside.", status.aside.length],
  ];
  return lines
    .filter(([, , value]) => value !== undefined)
    .map(
      ([name, help, value]) =>
        `# HELP synfleet_synap_${name} ${help}\n# TYPE synfleet_synap_${name} gauge\nsynfleet_synap_${name} ${value}\n`,
    )
    .join("");
}
