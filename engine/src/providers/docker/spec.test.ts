import { expect, test } from "vitest";
import { endpoint } from "./container-steps.ts";
import { containerBody, updateBody } from "./spec.ts";

test("the least container", () => {
  expect(containerBody({ name: "c", image: "i", networkMode: "bridge", restart: "no" })).toEqual({
    Image: "i",
    HostConfig: {
      Init: false,
      NetworkMode: "bridge",
      RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
      LogConfig: { Type: "", Config: {} },
    },
  });
});

test("a whole container", () => {
  const body = containerBody(
    {
      name: "c",
      image: "i:1",
      command: ["run", "--now"],
      entrypoints: ["/entry"],
      envs: ["A=b"],
      user: "10001:10001",
      workingDir: "/w",
      hostname: "h",
      labels: [{ label: "l", value: "1" }],
      restart: "unless-stopped",
      readOnly: true,
      init: true,
      tmpfs: { "/tmp": "size=16m" },
      volumes: [
        { volumeName: "data", containerPath: "/data" },
        { volumeName: "conf", containerPath: "/conf", readOnly: true },
        { hostPath: "/etc", containerPath: "/host", selinuxRelabel: "z" },
        { containerPath: "/anonymous" },
        { fromContainer: "other" },
      ],
      mounts: [{ type: "tmpfs", target: "/t", tmpfsOptions: { sizeBytes: 1024, mode: 448 } }],
      ports: [
        { internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
        { internal: 53, protocol: "udp" },
      ],
      healthcheck: { tests: ["CMD", "ok"], interval: "10s", timeout: "1m0s", retries: 3 },
      memory: 64,
      memorySwap: -1,
      memoryReservation: 32,
      cpus: "0.5",
      cpuPeriod: 100,
      shmSize: 128,
      capabilities: { drops: ["ALL"], adds: ["CHOWN"] },
      securityOpts: ["no-new-privileges", "systempaths=unconfined"],
      ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
      hosts: [{ host: "db", ip: "10.0.0.1" }],
      devices: [{ hostPath: "/dev/fuse", permissions: "rw" }],
      logDriver: "json-file",
      logOpts: { "max-size": "10m" },
      stopTimeout: 30,
      stopSignal: "SIGINT",
      networksAdvanced: [{ name: "net" }],
    },
    { extra: "2" },
  );
  expect(body).toMatchInlineSnapshot(`
    {
      "Cmd": [
        "run",
        "--now",
      ],
      "Entrypoint": [
        "/entry",
      ],
      "Env": [
        "A=b",
      ],
      "ExposedPorts": {
        "53/udp": {},
        "80/tcp": {},
      },
      "Healthcheck": {
        "Interval": 10000000000,
        "Retries": 3,
        "StartInterval": 0,
        "StartPeriod": 0,
        "Test": [
          "CMD",
          "ok",
        ],
        "Timeout": 60000000000,
      },
      "HostConfig": {
        "Binds": [
          "data:/data:rw",
          "conf:/conf:ro",
          "/etc:/host:rw,z",
        ],
        "CapAdd": [
          "CHOWN",
        ],
        "CapDrop": [
          "ALL",
        ],
        "Devices": [
          {
            "CgroupPermissions": "rw",
            "PathInContainer": "/dev/fuse",
            "PathOnHost": "/dev/fuse",
          },
        ],
        "ExtraHosts": [
          "db:10.0.0.1",
        ],
        "Init": true,
        "LogConfig": {
          "Config": {
            "max-size": "10m",
          },
          "Type": "json-file",
        },
        "MaskedPaths": [],
        "Memory": 67108864,
        "MemoryReservation": 33554432,
        "MemorySwap": -1,
        "Mounts": [
          {
            "ReadOnly": false,
            "Source": "",
            "Target": "/t",
            "TmpfsOptions": {
              "Mode": 448,
              "SizeBytes": 1024,
            },
            "Type": "tmpfs",
          },
        ],
        "NanoCpus": 500000000,
        "NetworkMode": "bridge",
        "PortBindings": {
          "53/udp": [
            {
              "HostIp": "0.0.0.0",
              "HostPort": "0",
            },
          ],
          "80/tcp": [
            {
              "HostIp": "127.0.0.1",
              "HostPort": "8080",
            },
          ],
        },
        "ReadonlyPaths": [],
        "ReadonlyRootfs": true,
        "RestartPolicy": {
          "MaximumRetryCount": 0,
          "Name": "unless-stopped",
        },
        "SecurityOpt": [
          "no-new-privileges",
        ],
        "ShmSize": 134217728,
        "Tmpfs": {
          "/tmp": "size=16m",
        },
        "Ulimits": [
          {
            "Hard": 2,
            "Name": "nofile",
            "Soft": 1,
          },
        ],
        "VolumesFrom": [
          "other",
        ],
      },
      "Hostname": "h",
      "Image": "i:1",
      "Labels": {
        "extra": "2",
        "l": "1",
      },
      "StopSignal": "SIGINT",
      "StopTimeout": 30,
      "User": "10001:10001",
      "Volumes": {
        "/anonymous": {},
        "/conf": {},
        "/data": {},
        "/host": {},
      },
      "WorkingDir": "/w",
    }
  `);
});

test("an update sends every limit, since an omitted one would stay", () => {
  expect(updateBody({ restart: "always", memory: 64, memorySwap: 128 })).toEqual({
    RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
    CpuShares: 0,
    CpusetCpus: "",
    Memory: 64 * 1024 * 1024,
    MemoryReservation: 0,
    MemorySwap: 128 * 1024 * 1024,
  });
});

test("swap that nobody asked for follows the memory", () => {
  expect(updateBody({ memory: 64 })).toMatchObject({ MemorySwap: 128 * 1024 * 1024 });
  expect(updateBody({})).not.toHaveProperty("MemorySwap");
});

test("an endpoint in a network", () => {
  expect(
    endpoint({ name: "n", aliases: ["db"], ipv4Address: "10.0.0.2", driverOpts: ["a=b=c"] }),
  ).toEqual({
    Aliases: ["db"],
    IPAMConfig: { IPv4Address: "10.0.0.2", IPv6Address: "", LinkLocalIPs: [] },
    DriverOpts: { a: "b=c" },
  });
});
