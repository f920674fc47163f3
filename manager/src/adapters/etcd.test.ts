import { expect, test } from "vitest";
import { storeView } from "./etcd.ts";

test("reads the marks of the cluster", () => {
  const prefix = "/synfleet/synapsedb/";
  expect(storeView(prefix, [])).toEqual({ known: true, initialised: false, marks: {} });
  expect(
    storeView(prefix, [
      [`${prefix}initialised`, "{}"],
      [`${prefix}members/postgres1`, `{"systemIdentifier":"7"}`],
      [`${prefix}later/thing`, "x"],
    ]),
  ).toEqual({
    known: true,
    initialised: true,
    marks: { postgres1: { systemIdentifier: "7" } },
  });
});
