import type { Properties, ResourceSchema } from "../schema.ts";
import { containerRules } from "./container-rules.ts";
import { containerProperties } from "./container-schema.ts";

const labels: Properties = {
  label: { kind: "string", required: true },
  value: { kind: "string", required: true },
};

const text = { kind: "string", forceNew: true } as const;
const flag = { kind: "boolean", forceNew: true } as const;
const map = { kind: { map: "string" }, forceNew: true } as const;
const autoName = { kind: "string", forceNew: true, autoName: true } as const;

export const networkSchema: ResourceSchema = {
  type: "docker:index/network:Network",
  bridge: "sdk",
  stateVersion: 1,
  properties: {
    name: autoName,
    labels: { kind: { set: { block: labels } }, forceNew: true },
    driver: { ...text, computed: true },
    options: { ...map, computed: true },
    internal: { ...flag, computed: true },
    attachable: flag,
    ingress: flag,
    ipv6: flag,
    ipamDriver: { ...text, default: "default" },
    ipamOptions: map,
    ipamConfigs: {
      kind: {
        set: { block: { subnet: text, ipRange: text, gateway: text, auxAddress: map } },
      },
      forceNew: true,
      computed: true,
    },
    scope: { kind: "string", outputOnly: true },
  },
};

export const volumeSchema: ResourceSchema = {
  type: "docker:index/volume:Volume",
  bridge: "sdk",
  stateVersion: 1,
  properties: {
    name: autoName,
    labels: { kind: { set: { block: labels } }, forceNew: true },
    driver: { ...text, computed: true },
    driverOpts: map,
    cluster: { kind: "any", unsupported: "remove it; cluster volumes need the Pulumi CLI" },
    mountpoint: { kind: "string", outputOnly: true },
  },
};

export const imageSchema: ResourceSchema = {
  type: "docker:index/remoteImage:RemoteImage",
  bridge: "sdk",
  properties: {
    name: { kind: "string", forceNew: true, required: true },
    keepLocally: { kind: "boolean" },
    forceRemove: { kind: "boolean" },
    platform: text,
    pullTriggers: { kind: { set: "string" }, forceNew: true },
    triggers: map,
    build: { kind: "any", unsupported: "remove it; build the image with a local.Command" },
    imageId: { kind: "string", outputOnly: true },
    repoDigest: { kind: "string", outputOnly: true },
  },
};

export const containerSchema: ResourceSchema = {
  type: "docker:index/container:Container",
  bridge: "sdk",
  stateVersion: 2,
  // Two containers cannot share a name, a published port or an address.
  deleteBeforeReplace: true,
  properties: containerProperties,
  rules: containerRules,
};
