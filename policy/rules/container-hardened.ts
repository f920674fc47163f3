import type { ResourceValidationPolicy } from "@pulumi/policy";
import { containerOf, serviceType } from "./types.ts";

interface HardenedConfig {
  /** Containers that may do without a health check, such as one-shot ones. */
  readonly withoutHealthCheck?: readonly string[];
}

const dockerSocket = /(^|\/)docker\.sock$/;

/** What each of the stack's containers must have, whatever runs in it. */
export const containerHardened: ResourceValidationPolicy = {
  name: "container-hardened",
  description:
    "Containers, also those of a Swarm's services, are unprivileged, cannot reach the Docker engine, and have limits and a restart policy; outside of a Swarm also a health check.",
  severity: "high",
  configSchema: {
    properties: {
      withoutHealthCheck: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Logical names of containers that need no health check.",
      },
    },
  },
  validateResource: (args, report) => {
    const container = containerOf(args);
    const { withoutHealthCheck = [] } = args.getConfig<HardenedConfig>();
    // A container that is meant to end is neither restarted nor asked for its health.
    const oneShot = container.mustRun === false;
    if (container.privileged === true) {
      report("privileged is true, allowed: false. Grant single capabilities instead.");
    }
    const sources = [
      ...(container.volumes ?? []).map((volume) => volume.hostPath),
      ...(container.mounts ?? []).map((mount) => mount.source),
    ];
    const socket = sources.find((source) => source !== undefined && dockerSocket.test(source));
    if (socket !== undefined) {
      report(`${socket} is mounted, which makes the container root on its host. Take it out.`);
    }
    const adds = container.capabilities?.adds ?? [];
    if (adds.some((name) => /^(CAP_)?(ALL|SYS_ADMIN)$/.test(name))) {
      report(
        `capabilities.adds is ${adds.join(", ")}, which is as good as privileged. Name those it needs.`,
      );
    }
    for (const key of ["networkMode", "pidMode"] as const) {
      if (container[key] === "host") {
        report(`${key} is "host", allowed: its own. Publish ports or share a network instead.`);
      }
    }
    if ((container.memory ?? 0) <= 0) {
      report("memory is not limited: one container could take the host down. Set memory, in MiB.");
    }
    if (
      !oneShot &&
      !["always", "unless-stopped", "on-failure"].includes(container.restart ?? "no")
    ) {
      report(
        `restart is "${container.restart ?? "no"}", allowed: unless-stopped, always, on-failure; ` +
          "no only with mustRun: false.",
      );
    }
    const tests = container.healthcheck?.tests ?? [];
    // A Swarm kills what is not well, so those that are slow to be well have none there.
    const isService = args.type === serviceType;
    if (
      !oneShot &&
      !isService &&
      !withoutHealthCheck.includes(args.name) &&
      (tests.length === 0 || tests[0] === "NONE")
    ) {
      report("There is no health check: Docker would not notice that it hangs. Set healthcheck.");
    }
  },
};
