/** A server that is gone for good. */
import { describe } from "vitest";
import { replacedChecks, synapsedb, synaxic } from "./replaced.ts";

describe.each([synaxic(), synapsedb()])("a server of $name that is lost for good", (system) => {
  // Neither the first, whose balancer a client may know alone, nor one without etcd.
  replacedChecks(system, { lost: "host2" });
});
