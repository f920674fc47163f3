import { expect, test } from "vitest";
import { DAEMON_FILE, wantedState } from "../../components/host/wanted.ts";
import { actualState } from "./drift.ts";
import { parseFacts, type Facts } from "./facts.ts";

const wanted = wantedState({
  owner: "fleet/dev",
  firewall: { peers: [], ports: [] },
  clock: false,
});
const facts = (content: string): Facts => ({
  ...parseFacts("end\t-\t-\n"),
  files: { [DAEMON_FILE]: { content, mode: "0644" } },
});
const told = (content: string) => actualState(wanted, facts(content)).files[DAEMON_FILE]!.content;

test("of what somebody else has set in Docker's settings the names alone are told", () => {
  const proxies = { "https-proxy": "https://me:hunter2@proxy" };
  expect(JSON.parse(told(JSON.stringify({ proxies, "log-driver": "local" })))).toEqual({
    proxies: "(not ours)",
    "log-driver": "local",
  });
});

test("what is no JSON is told as that", () => {
  expect(told('{"proxies": "hunter2"')).toBe("(no JSON)\n");
});

test("what is ours is told as it is, also where it is only written in another way", () => {
  const ours = wanted.files[DAEMON_FILE]!.content;
  expect(told(ours)).toBe(ours);
  const dense = JSON.stringify(JSON.parse(ours));
  expect(told(dense)).toBe(dense);
});
