/** A small stack on a Docker host, for the test that kills its runs. What changes of it is told by its configuration. */
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const prefix = config.require("prefix");
const image = config.require("image");
/** By resource: another number is another version of it. */
const versions = config.requireObject<Record<string, number>>("versions");

class DockerResource extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  constructor(type: string, name: string, inputs: pulumi.Inputs) {
    const token = `docker:index/${type.toLowerCase()}:${type}`;
    super(token, name, { name: undefined, ...inputs }, { version: "5.2.0" });
  }
}

/** A change of labels makes any of them anew. */
const labels = (name: string) => [
  { label: "synfleet.test", value: prefix },
  { label: "version", value: String(versions[name]) },
];
const sleeper = { image, command: ["sleep", "9999"], destroyGraceSeconds: 0 };

// One of each under a name that the engine makes up, so that old and new stand side by side, and one under the program's.
const network = new DockerResource("Network", `${prefix}-network`, { labels: labels("network") });
const data = new DockerResource("Volume", `${prefix}-data`, { labels: labels("data") });
const fixed = new DockerResource("Volume", "fixed", {
  name: `${prefix}-fixed`,
  labels: labels("fixed"),
});
new DockerResource("Container", "server", {
  ...sleeper,
  name: `${prefix}-server`,
  labels: labels("server"),
  networksAdvanced: [{ name: network.name }],
  volumes: [{ volumeName: data.name, containerPath: "/data" }],
});
new DockerResource("Container", `${prefix}-worker`, {
  ...sleeper,
  labels: labels("worker"),
  networksAdvanced: [{ name: network.name }],
  volumes: [{ volumeName: fixed.name, containerPath: "/data" }],
});
// Only changed in place.
new DockerResource("Container", `${prefix}-idle`, {
  ...sleeper,
  labels: [{ label: "synfleet.test", value: prefix }],
  start: false,
  mustRun: false,
  memory: 16 + (versions["idle"] ?? 0),
});
export const server = network.name;
