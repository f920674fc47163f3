import { describe, expect, test } from "vitest";
import { parseConfig } from "../../manager/src/config.ts";
import { type ManagerConfArgs, managerConf } from "./conf.ts";

const args: ManagerConfArgs = {
  cluster: "synapsedb",
  serves: "postgres1",
  members: [
    { name: "postgres2", number: 2, etcd: "etcd2" },
    { name: "postgres1", number: 1, etcd: "etcd1" },
  ],
  etcd: [{ name: "etcd1" }, { name: "etcd2" }],
  balancer: { host: "balancer", readPort: 5001, writePort: 5002 },
};

describe("managerConf", () => {
  test("renders the file", () => {
    expect(managerConf(args)).toMatchInlineSnapshot(`
      "{
        "cluster": "synapsedb",
        "serves": "postgres1",
        "listen": {
          "host": "0.0.0.0",
          "port": 8080
        },
        "members": [
          {
            "name": "postgres1",
            "number": 1,
            "host": "postgres1",
            "port": 5432,
            "manager": {
              "host": "manager1",
              "port": 8080
            },
            "etcd": "etcd1"
          },
          {
            "name": "postgres2",
            "number": 2,
            "host": "postgres2",
            "port": 5432,
            "manager": {
              "host": "manager2",
              "port": 8080
            },
            "etcd": "etcd2"
          }
        ],
        "database": {
          "name": "synapsedb",
          "user": "synfleet_manager"
        },
        "etcd": [
          {
            "name": "etcd1",
            "url": "https://etcd1:2379"
          },
          {
            "name": "etcd2",
            "url": "https://etcd2:2379"
          }
        ],
        "balancer": {
          "read": {
            "host": "balancer",
            "port": 5001
          },
          "write": {
            "host": "balancer",
            "port": 5002
          }
        },
        "tls": {
          "caFile": "/etc/synfleet/tls/ca.crt",
          "certFile": "/etc/synfleet/tls/node.crt",
          "keyFile": "/etc/synfleet/tls/node.key"
        },
        "tokenFile": "/etc/synfleet/secrets/manager_token",
        "pollMilliseconds": 1000,
        "logLevel": "info",
        "initialise": {
          "timeoutSeconds": 300
        }
      }
      "
    `);
  });

  test("is accepted by the manager", () => {
    const config = parseConfig(managerConf(args), "manager.json");
    expect(config.serves).toBe("postgres1");
    expect(config.admission.closeAboveBytes).toBe(67_108_864);
  });

  test("does not depend on the order of the members", () => {
    const other = { ...args, members: [...args.members].reverse() };
    expect(managerConf(other)).toBe(managerConf(args));
  });

  test("passes limits on and leaves the member out for the initialiser", () => {
    const text = managerConf({
      ...args,
      serves: null,
      admission: { closeAboveSeconds: 60 },
      initialiseTimeoutSeconds: 90,
    });
    const config = parseConfig(text, "manager.json");
    expect(config.serves).toBeNull();
    expect(config.admission.closeAboveSeconds).toBe(60);
    expect(config.initialise.timeoutSeconds).toBe(90);
  });
});
