import type { PropertyValue } from "../../provider.ts";
import type { Kind, Properties, Property } from "../schema.ts";
import { durationPattern, sameDuration } from "./duration.ts";

const string = { kind: "string" } as const;
const boolean = { kind: "boolean" } as const;
const integer = { kind: "integer" } as const;
const required = { required: true } as const;
const replaces = { forceNew: true } as const;
const computed = { computed: true } as const;
const size = { kind: "integer", atLeast: 0 } as const;
const map = { kind: { map: "string" } } as const;
const strings = { kind: { set: "string" } } as const;
const blocks = (block: Properties): { kind: Kind } => ({ kind: { set: { block } } });
const duration = {
  ...string,
  default: "0s",
  pattern: durationPattern,
  same: sameDuration,
} satisfies Property;
const rates = { ...blocks({ path: { ...string, ...required }, rate: { ...size, ...required } }) };

/** Newer Docker daemons give "NET_ADMIN" back as "CAP_NET_ADMIN". */
function sameCapabilities(old: PropertyValue, now: PropertyValue): boolean {
  const names = (value: PropertyValue) =>
    (Array.isArray(value) ? value : []).map((name) => String(name).replace(/^CAP_/, "")).sort();
  return names(old).join() === names(now).join();
}
const capabilities = { ...strings, same: sameCapabilities } satisfies Property;

/** Changing these needs no new container: Docker updates them, or only this provider reads them. */
const inPlace: Properties = {
  restart: { ...string, default: "no", allowed: ["no", "on-failure", "always", "unless-stopped"] },
  maxRetryCount: integer,
  memory: size,
  memoryReservation: { ...size, default: 0 },
  memorySwap: { ...integer, atLeast: -1 },
  cpuShares: size,
  cpuSet: { ...string, pattern: /^\d+([,-]\d+)*$/ },
  deviceReadBps: rates,
  deviceReadIops: rates,
  deviceWriteBps: rates,
  deviceWriteIops: rates,
  start: { ...boolean, default: true },
  mustRun: { ...boolean, default: true },
  wait: { ...boolean, default: false },
  waitTimeout: { ...integer, default: 60 },
  attach: { ...boolean, default: false },
  logs: { ...boolean, default: false },
  removeVolumes: { ...boolean, default: true },
  destroyGraceSeconds: integer,
  containerReadRefreshTimeoutMilliseconds: { ...integer, default: 15_000 },
};

/**
 * The reference takes a change of these for an update but leaves the container as it was. Here they replace it, so that the
 * change happens.
 */
const ignoredByReference: Properties = {
  rm: { ...boolean, ...replaces, default: false },
  init: { ...boolean, ...replaces, ...computed },
  tmpfs: { ...map, ...replaces },
  cpuPeriod: { ...size, ...replaces },
  cpuQuota: { ...size, ...replaces },
  healthcheck: {
    ...replaces,
    ...computed,
    kind: {
      block: {
        tests: { kind: { list: "string" } },
        interval: duration,
        timeout: duration,
        startPeriod: duration,
        startInterval: duration,
        retries: { ...size, default: 0 },
      },
    },
  },
};

const identity: Properties = {
  name: { ...string, ...replaces, autoName: true },
  image: { ...string, ...replaces, ...required },
  command: { kind: { list: "string" }, ...replaces, ...computed },
  entrypoints: { kind: { list: "string" }, ...replaces, ...computed },
  envs: { ...strings, ...replaces, ...computed },
  labels: {
    ...blocks({ label: { ...string, ...required }, value: { ...string, ...required } }),
    ...replaces,
    ...computed,
  },
  user: { ...string, ...replaces, ...computed },
  workingDir: { ...string, ...replaces, ...computed },
  hostname: { ...string, ...replaces, ...computed },
  domainname: { ...string, ...replaces },
  stopSignal: { ...string, ...replaces, ...computed },
  stopTimeout: { ...integer, ...replaces, ...computed },
  tty: { ...boolean, ...replaces, default: false },
  stdinOpen: { ...boolean, ...replaces, default: false },
  runtime: { ...string, ...replaces, ...computed },
  platform: { ...string, ...replaces, ...computed },
  logDriver: { ...string, ...replaces, ...computed },
  logOpts: { ...map, ...replaces },
};

const isolation: Properties = {
  readOnly: { ...boolean, ...replaces, default: false },
  privileged: { ...boolean, ...replaces },
  capabilities: { kind: { block: { adds: capabilities, drops: capabilities } }, ...replaces },
  securityOpts: { ...strings, ...replaces, ...computed },
  groupAdds: { ...strings, ...replaces },
  ipcMode: { ...string, ...replaces, ...computed },
  pidMode: { ...string, ...replaces },
  usernsMode: { ...string, ...replaces },
  cgroupnsMode: { ...string, ...replaces, allowed: ["private", "host"] },
  cgroupParent: { ...string, ...replaces },
  sysctls: { ...map, ...replaces },
  ulimits: {
    ...blocks({
      name: { ...string, ...required },
      soft: { ...integer, ...required },
      hard: { ...integer, ...required },
    }),
    ...replaces,
  },
  devices: {
    ...blocks({
      hostPath: { ...string, ...required },
      containerPath: string,
      permissions: { ...string, default: "rwm" },
    }),
    ...replaces,
  },
  deviceRequests: { kind: { list: "any" }, unsupported: "remove it; GPUs need the Pulumi CLI" },
  gpus: { kind: "any", unsupported: "remove it; GPUs need the Pulumi CLI" },
  shmSize: { ...size, ...replaces, ...computed },
  cpus: { ...string, ...replaces, pattern: /^\d+(\.\d+)?$/ },
  storageOpts: { ...map, ...replaces },
};

const network: Properties = {
  networkMode: { ...string, ...replaces, default: "bridge" },
  networksAdvanced: {
    ...blocks({
      name: { ...string, ...required },
      aliases: strings,
      ipv4Address: string,
      ipv6Address: string,
      linkLocalIps: strings,
      macAddress: string,
      driverOpts: strings,
      gwPriority: size,
    }),
    ...replaces,
  },
  ports: {
    // A list in Pulumi, but Docker keeps no order, and the reference compares without one too.
    ...blocks({
      internal: { ...integer, ...required },
      external: { ...integer, ...computed },
      ip: { ...string, default: "0.0.0.0" },
      protocol: { ...string, default: "tcp" },
    }),
    ...replaces,
  },
  publishAllPorts: { ...boolean, ...replaces },
  hosts: {
    ...blocks({ host: { ...string, ...required }, ip: { ...string, ...required } }),
    ...replaces,
  },
  dns: { ...strings, ...replaces },
  dnsOpts: { ...strings, ...replaces },
  dnsSearches: { ...strings, ...replaces },
};

const storage: Properties = {
  volumes: {
    ...blocks({
      volumeName: string,
      containerPath: string,
      hostPath: { ...string, pattern: /^(\/|[a-zA-Z]:[\\/])/ },
      fromContainer: string,
      readOnly: boolean,
      selinuxRelabel: { ...string, allowed: ["z", "Z"] },
    }),
    ...replaces,
  },
  mounts: {
    ...blocks({
      target: { ...string, ...required },
      source: string,
      type: { ...string, ...required, allowed: ["bind", "volume", "tmpfs"] },
      readOnly: boolean,
      bindOptions: { kind: { block: { propagation: string } } },
      tmpfsOptions: { kind: { block: { mode: integer, sizeBytes: integer } } },
      volumeOptions: {
        kind: "any",
        unsupported: "remove it; make the volume with docker.Volume and name it as the source",
      },
    }),
    ...replaces,
  },
  uploads: {
    ...blocks({
      file: { ...string, ...required },
      content: string,
      contentBase64: string,
      source: string,
      sourceHash: string,
      executable: { ...boolean, default: false },
      permissions: { ...string, pattern: /^0[0-7]{3}$/ },
    }),
    ...replaces,
  },
};

const outputs: Properties = {
  bridge: { ...string, outputOnly: true },
  containerLogs: { ...string, outputOnly: true },
  exitCode: { ...integer, outputOnly: true },
  networkDatas: { kind: { list: "any" }, outputOnly: true },
};

export const containerProperties: Properties = {
  ...identity,
  ...inPlace,
  ...ignoredByReference,
  ...isolation,
  ...network,
  ...storage,
  ...outputs,
};
