import { expect, test } from "vitest";
import { UNKNOWN, type PropertyMap } from "../../provider.ts";
import { parseConnection } from "./connection.ts";

const via = (config: PropertyMap, env = {}) => parseConnection(config, env)?.via;

test.each<[string, PropertyMap, Record<string, string>, unknown]>([
  ["nothing", {}, {}, { socketPath: "/var/run/docker.sock" }],
  ["the environment", {}, { DOCKER_HOST: "unix:///run/d.sock" }, { socketPath: "/run/d.sock" }],
  ["a socket", { host: "unix:///a.sock" }, { DOCKER_HOST: "x" }, { socketPath: "/a.sock" }],
  ["tcp", { host: "tcp://10.0.0.1:2375" }, {}, { host: "10.0.0.1", port: 2375, tls: false }],
  [
    "tcp with certificates",
    { host: "tcp://h", caMaterial: "ca", certMaterial: "c", keyMaterial: "k" },
    {},
    { host: "h", port: 2376, tls: true },
  ],
  [
    "ssh",
    { host: "ssh://root@10.0.0.1:2222", sshOpts: '["-i","/key"]' },
    {},
    {
      ssh: [
        "-i",
        "/key",
        "-l",
        "root",
        "-p",
        "2222",
        "--",
        "10.0.0.1",
        "docker",
        "system",
        "dial-stdio",
      ],
    },
  ],
])("%s", (_name, config, env, expected) => {
  expect(via(config, env)).toEqual(expected);
});

test("Pulumi's own entries are no settings, and what is not known yet waits", () => {
  expect(via({ version: "5.2.0", __internal: {} })).toEqual({ socketPath: "/var/run/docker.sock" });
  expect(parseConnection({ host: UNKNOWN }, {})).toBeUndefined();
});

test("registry logins come as JSON", () => {
  const registryAuth = '[{"address":"registry.example:5000","username":"u","password":"p"}]';
  expect(parseConnection({ registryAuth }, {})?.registries).toEqual([
    { address: "registry.example:5000", username: "u", password: "p" },
  ]);
});

test.each<[PropertyMap, RegExp]>([
  [{ host: "ftp://x" }, /host is "ftp:\/\/x"; allowed: unix:/],
  [{ host: "nonsense" }, /host is "nonsense"/],
  [{ host: "ssh://h/path" }, /host is/],
  [{ context: "remote" }, /context is not supported by the offline engine; allowed: host/],
  [{ sshOpts: '{"a":1}' }, /sshOpts is .*allowed: a list/],
])("%o is refused", (config, message) => {
  expect(() => parseConnection(config, {})).toThrow(message);
});
