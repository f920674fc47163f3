import { expect, test } from "vitest";
import { parseSettings } from "../../images/app/src/config.ts";
import { jdbcUrl, referenceAppConf } from "./conf.ts";

const args = {
  instance: "app2",
  mode: "read" as const,
  port: 8080,
  database: { host: "balancer", port: 5001, user: "synaxic", name: "synaxic" },
  cache: { host: "balancer", port: 6381, user: "app" },
};

test("app.json", () => {
  expect(referenceAppConf(args)).toMatchInlineSnapshot(`
    "{
      "instance": "app2",
      "mode": "read",
      "port": 8080,
      "database": {
        "host": "balancer",
        "port": 5001,
        "user": "synaxic",
        "name": "synaxic"
      },
      "cache": {
        "host": "balancer",
        "port": 6381,
        "user": "app"
      }
    }
    "
  `);
});

test("is what the app takes", () => {
  const connections = 3;
  const text = referenceAppConf({
    ...args,
    database: { ...args.database, connections },
    retrySeconds: 4,
  });
  expect(parseSettings(text, "app.json")).toMatchObject({
    mode: "read",
    database: { connections },
    retrySeconds: 4,
  });
});

test("JDBC verifies the server's name", () => {
  expect(jdbcUrl({ host: "balancer", port: 5002, name: "my db" })).toBe(
    "jdbc:postgresql://balancer:5002/my%20db?sslmode=verify-full&sslrootcert=/etc/synfleet/tls/ca.crt&targetServerType=primary&connectTimeout=2&socketTimeout=30&tcpKeepAlive=true",
  );
});
