/** Five members, of which any two may be lost: a region with its leader, say. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { StreamingLab } from "./streaming.ts";

const names = [1, 2, 3, 4, 5].map((number) => `postgres${number}`);
const lab = new StreamingLab(names);

beforeAll(() => lab.begin(), 300_000);
afterAll(() => lab.stop(), 60_000);

test("the leader and another that are lost at once are replaced by the other three, and nothing acknowledged is lost", async () => {
  const ledger = await lab.writer("two_lost");
  await ledger.more(50);
  const before = (await lab.state()).leader!;
  const gone = [before, names.find((name) => name !== before)!];
  await lab.bench.docker("kill", ...gone.map((name) => lab.bench.name(name)));
  await ledger.more(20);
  expect(gone).not.toContain((await lab.state()).leader);
  await lab.bench.docker("start", ...gone.map((name) => lab.bench.name(name)));
  await lab.ready();
  expect(await ledger.lost()).toEqual([]);
}, 240_000);
