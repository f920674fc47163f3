import { DockerPlatform } from "./components/platform/docker/docker.ts";
import { preflight } from "./components/platform/docker/preflight.ts";
import { clusterPreflight } from "./components/platform/kubernetes/preflight.ts";
import { SwarmPlatform } from "./components/platform/swarm/swarm.ts";
import { Placement } from "./components/placement/resource.ts";
import { publishedPorts, readSettings } from "./settings/read.ts";
import type { Settings } from "./settings/settings.ts";
import { peerPorts } from "./systems/peer-ports.ts";
import { largestSet, recordOf, toldOf } from "./systems/placement.ts";
import { SynapseDB } from "./systems/synapsedb.ts";
import { Synaxic } from "./systems/synaxic.ts";
import { Synap } from "./systems/synap.ts";

// The SDK keeps a stack trace of each of its promises: with a hundred hosts, most of what the program does.
Error.stackTraceLimit = 2;

const settings = readSettings();
let claims: readonly string[] | undefined;
if (settings.platform === "kubernetes")
  claims = await clusterPreflight({ ...onCluster(settings), largestSet: largestSet(settings) });
else await preflight(settings.hosts, publishedPorts(settings), settings, peerPorts(settings));
await new Placement("placement", recordOf(settings, claims)).permitted();
// Its SDK takes a while to load, which the others need not wait for.
const kubernetes =
  settings.platform === "kubernetes"
    ? await import("./components/platform/kubernetes/kubernetes.ts")
    : undefined;
// In one go: the rules of prepared hosts follow from the workloads that are there when the program waits for the first time.
const system = deploy(settings);

export const endpoints = system.endpoints;
export const credentials = system.credentials;
export const caCertificate = system.caCertificate;

function deploy(settings: Settings) {
  const { name } = settings;
  const platform = platformOf(settings);
  switch (settings.system) {
    case "synapsedb":
      return new SynapseDB(name, { ...settings, platform });
    case "synaxic":
      return new Synaxic(name, { ...settings, platform });
    case "synap":
      return new Synap(name, { ...settings, platform });
  }
}

function platformOf(settings: Settings) {
  if (kubernetes) return new kubernetes.KubernetesPlatform("platform", onCluster(settings));
  const { name, prepareHosts, clientCidrs, swarm } = settings;
  const preparation = prepareHosts ? { ...settings.preparation, clientCidrs } : undefined;
  const args = { ...settings, prefix: name, preparation };
  const placed = toldOf(settings);
  return settings.platform === "swarm"
    ? new SwarmPlatform("platform", { ...args, ...swarm }, placed)
    : new DockerPlatform("platform", args, placed);
}

/** The checks have seen to it that there is a context. */
function onCluster({ kubernetes, ...settings }: Settings) {
  return { ...settings, ...kubernetes, prefix: settings.name, context: kubernetes.context! };
}
