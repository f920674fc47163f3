import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call } from "../../provider.ts";
import type { Daemon } from "./daemon.ts";
import { networkActions } from "./network.ts";

const refused = Object.assign(new Error("(HTTP code 403) network mine has active endpoints"), {
  statusCode: 403,
});
const call = { signal: new AbortController().signal } as Call;

/** Removes a network of such containers, which Docker refuses so many times. */
function remove(containers: object | undefined, refusals = Infinity): Promise<void> {
  let left = refusals;
  const network = {
    remove: () => (left-- > 0 ? Promise.reject(refused) : Promise.resolve()),
    inspect: () => Promise.resolve({ Name: "mine", Containers: containers }),
  };
  const docker = { getNetwork: () => network };
  const daemon = { docker: () => Promise.resolve(docker) } as unknown as Daemon;
  return networkActions(daemon).delete!(call, "1", {}, {});
}

const end = (work: Promise<void>): Promise<string> =>
  work.then(
    () => "removed",
    (error: Error) => error.message,
  );

vi.mock("node:timers/promises");
beforeEach(() => {
  vi.useFakeTimers();
  vi.mocked(sleep).mockImplementation((ms) => {
    vi.advanceTimersByTime(ms!);
    return Promise.resolve();
  });
});
afterEach(() => void vi.useRealTimers());

test("a container that is going away is waited for", async () => {
  expect(await end(remove({}, 3))).toBe("removed");
});

test("who holds a network is named", async () => {
  const containers = { 2: { Name: "web" }, 1: { Name: "app" } };
  expect(await end(remove(containers))).toBe(
    "network mine could not be removed: containers are attached to it: app, web; remove them, and run this again",
  );
});

test.each([{}, undefined])("where none is attached, Docker has miscounted", async (containers) => {
  expect(await end(remove(containers))).toContain(
    "a fault of Docker before 28.1; restart Docker there (systemctl restart docker)",
  );
});
