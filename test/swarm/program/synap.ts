/** Synap as services of a Swarm of prepared hosts. Run by the test beside it. */
import * as pulumi from "@pulumi/pulumi";
import type { HostLogin } from "../../../components/host/wanted.ts";
import { SwarmPlatform } from "../../../components/platform/swarm/swarm.ts";
import { Synap, synapPlacement } from "../../../systems/synap.ts";

const config = new pulumi.Config();
const logins = config.requireObject<HostLogin[]>("logins");
const hosts = logins.map(({ name, address, user, port, keyFile, hostKey }) => ({
  ...{ name, address, ssh: { user, port, keyFile, hostKey } },
}));
const members = hosts.map(({ name }, index) => ({ name: `synap${index + 1}`, host: name }));
const platform = new SwarmPlatform(
  "platform",
  {
    ...{ hosts, prefix: "orders", readySeconds: 120 },
    // The lab's kernel has no ESP, and no time of its own.
    encrypted: false,
    preparation: { clientCidrs: [config.require("client")], clock: false },
  },
  synapPlacement(hosts, { members }),
);
const system = new Synap("orders", {
  ...{ platform, members, master: "synap1" },
  synap: {
    maxMemoryMiB: config.getNumber("memoryMiB") ?? 64,
    evictionPolicy: "noeviction",
    cpus: 0.5,
  },
  ports: { write: 15500, read: 15501, statistics: 8404, prometheus: 9090, grafana: 3000 },
});
export const { endpoints, credentials, caCertificate } = system;
