/** A service of a Swarm, with the properties and rules of change that the reference has. */
import type { PropertyValue } from "../../provider.ts";
import type { Kind, Properties, Property, ResourceSchema } from "../schema.ts";
import { durationPattern, sameDuration } from "./duration.ts";

const string = { kind: "string" } as const;
const boolean = { kind: "boolean" } as const;
const integer = { kind: "integer" } as const;
const required = { required: true } as const;
const computed = { computed: true } as const;
const replaces = { forceNew: true } as const;
const size = { kind: "integer", atLeast: 0 } as const;
const map = { kind: { map: "string" } } as const;
const list = { kind: { list: "string" } } as const;
const strings = { kind: { set: "string" } } as const;
const block = (properties: Properties): { kind: Kind } => ({ kind: { block: properties } });
const blocks = (properties: Properties): { kind: Kind } => ({
  kind: { set: { block: properties } },
});
const span = { ...string, pattern: durationPattern, same: sameDuration } satisfies Property;
const labels = blocks({ label: { ...string, ...required }, value: { ...string, ...required } });

const sameRatio = (a: PropertyValue, b: PropertyValue): boolean => Number(a) === Number(b);

/** What an update and a roll-back have in common. */
const rollout = (onFailure: readonly string[]): { kind: Kind } =>
  block({
    parallelism: { ...size, default: 1 },
    delay: { ...span, default: "0s" },
    failureAction: { ...string, default: "pause", allowed: onFailure },
    monitor: { ...span, default: "5s" },
    maxFailureRatio: {
      ...string,
      default: "0.0",
      pattern: /^(0(\.\d+)?|1(\.0+)?)$/,
      same: sameRatio,
    },
    order: { ...string, default: "stop-first", allowed: ["stop-first", "start-first"] },
  });

const file = (object: "config" | "secret"): { kind: Kind } =>
  blocks({
    [`${object}Id`]: { ...string, ...required },
    [`${object}Name`]: string,
    fileName: { ...string, ...required },
    fileUid: { ...string, default: "0" },
    fileGid: { ...string, default: "0" },
    fileMode: { ...size, default: 0o444 },
  });

const mounts = blocks({
  target: { ...string, ...required },
  source: string,
  type: { ...string, ...required, allowed: ["bind", "volume", "tmpfs"] },
  readOnly: boolean,
  bindOptions: block({ propagation: { ...string, default: "rprivate" } }),
  volumeOptions: {
    kind: "any",
    unsupported: "remove it; make the volume with docker.Volume and name it as the source",
  },
  tmpfsOptions: block({ sizeBytes: integer, mode: integer }),
});

const containerSpec: Properties = {
  image: { ...string, ...required },
  labels,
  commands: list,
  args: list,
  hostname: string,
  env: map,
  dir: string,
  user: string,
  groups: list,
  privileges: { kind: "any", unsupported: "remove it; it is for Windows and SELinux" },
  readOnly: boolean,
  mounts,
  stopSignal: string,
  stopGracePeriod: { ...span, ...computed },
  healthcheck: {
    ...block({
      tests: list,
      interval: { ...span, default: "0s" },
      timeout: { ...span, default: "0s" },
      startPeriod: { ...span, default: "0s" },
      retries: { ...size, default: 0 },
    }),
    ...computed,
  },
  hosts: {
    ...blocks({ ip: { ...string, ...required }, host: { ...string, ...required } }),
    ...replaces,
  },
  dnsConfig: {
    ...block({ nameservers: { ...list, ...required }, searches: list, options: list }),
    ...computed,
  },
  secrets: file("secret"),
  configs: file("config"),
  isolation: { ...string, default: "default" },
  sysctl: { ...map, ...replaces },
  capAdds: list,
  capDrops: list,
  init: { ...boolean, ...computed },
};

const taskSpec: Properties = {
  containerSpec: { ...block(containerSpec), ...required },
  resources: {
    ...block({
      limits: block({ nanoCpus: integer, memoryBytes: integer }),
      reservation: block({
        nanoCpus: integer,
        memoryBytes: integer,
        genericResources: { kind: "any", unsupported: "remove it; GPUs need the Pulumi CLI" },
      }),
    }),
    ...computed,
  },
  restartPolicy: {
    ...block({
      condition: { ...string, allowed: ["none", "on-failure", "any"] },
      delay: span,
      maxAttempts: size,
      window: span,
    }),
    ...computed,
  },
  placement: {
    ...block({
      constraints: strings,
      prefs: strings,
      maxReplicas: size,
      platforms: blocks({
        architecture: { ...string, ...required },
        os: { ...string, ...required },
      }),
    }),
    ...computed,
  },
  forceUpdate: { ...size, ...computed },
  runtime: { ...string, ...computed, allowed: ["container"] },
  networksAdvanceds: blocks({
    name: { ...string, ...replaces, unsupported: "give the network's id as `id`" },
    id: { ...string, ...replaces },
    aliases: { ...strings, ...replaces },
    driverOpts: { ...strings, ...replaces },
  }),
  logDriver: block({ name: { ...string, ...required }, options: map }),
};

export const serviceSchema: ResourceSchema = {
  type: "docker:index/service:Service",
  bridge: "sdk",
  stateVersion: 2,
  properties: {
    name: { ...string, ...replaces, autoName: true },
    auth: { kind: "any", unsupported: "remove it; have the image on every node" },
    convergeConfig: { kind: "any", unsupported: "remove it; wait with a local.Command" },
    labels: { ...labels, ...computed },
    taskSpec: { ...block(taskSpec), ...required },
    mode: {
      ...block({
        replicated: { ...block({ replicas: { ...size, default: 1 } }), ...computed },
        global: boolean,
      }),
      ...replaces,
      ...computed,
    },
    updateConfig: rollout(["pause", "continue", "rollback"]),
    rollbackConfig: rollout(["pause", "continue"]),
    endpointSpec: {
      ...block({
        mode: { ...string, ...computed, allowed: ["vip", "dnsrr"] },
        ports: {
          kind: {
            list: {
              block: {
                name: string,
                protocol: { ...string, default: "tcp", allowed: ["tcp", "udp", "sctp"] },
                targetPort: { ...integer, ...required },
                publishedPort: { ...integer, ...computed },
                publishMode: { ...string, default: "ingress", allowed: ["host", "ingress"] },
              },
            },
          },
        },
      }),
      ...computed,
    },
  },
};

const text = { kind: "string", forceNew: true } as const;
const fixedLabels = { ...labels, ...replaces };

export const secretSchema: ResourceSchema = {
  type: "docker:index/secret:Secret",
  bridge: "sdk",
  stateVersion: 1,
  properties: {
    name: { ...text, autoName: true },
    data: { ...text, required: true, secret: true },
    labels: fixedLabels,
  },
};

export const configSchema: ResourceSchema = {
  type: "docker:index/serviceConfig:ServiceConfig",
  bridge: "sdk",
  properties: {
    name: { ...text, autoName: true },
    data: text,
    dataRaw: text,
    labels: fixedLabels,
  },
  rules: ({ data, dataRaw }) =>
    (data === undefined) === (dataRaw === undefined)
      ? [
          {
            property: "data",
            reason:
              "and dataRaw: exactly one of them is the content; allowed: one; keep data (base64)",
          },
        ]
      : [],
};
