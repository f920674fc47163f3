import { DockerPlatform } from "./components/platform/docker/docker.ts";
import { preflight } from "./components/platform/docker/preflight.ts";
import { publishedPorts } from "./settings/checks.ts";
import { readSettings } from "./settings/read.ts";
import { placement, SynapseDB } from "./systems/synapsedb.ts";

const settings = readSettings();
await preflight(settings.hosts, publishedPorts(settings), settings);

const platform = new DockerPlatform(
  "platform",
  { ...settings, prefix: settings.name },
  placement(settings.hosts, settings),
);
const system = new SynapseDB(settings.name, { platform, ...settings });

export const endpoints = system.endpoints;
export const credentials = system.credentials;
export const caCertificate = system.caCertificate;
