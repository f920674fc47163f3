import type Docker from "dockerode";
import type { PropertyMap } from "../../provider.ts";
import { parseConnection, type Connection } from "./connection.ts";

/** One Docker daemon, reached only when something is to be done there. */
export interface Daemon {
  configure(config: PropertyMap): Promise<void>;
  docker(): Promise<Docker>;
  connection(): Connection;
}

export function newDaemon(env: NodeJS.ProcessEnv): Daemon {
  let config: PropertyMap = {};
  let client: Promise<Docker> | undefined;
  const known = (): Connection => {
    const connection = parseConnection(config, env);
    if (connection) return connection;
    throw new Error("docker provider: its configuration is not known yet; it is in a preview only");
  };
  return {
    configure: async (given) => {
      parseConnection(given, env);
      config = given;
      client = undefined;
    },
    docker: () =>
      (client ??= import("./client.ts").then(async ({ connect, reach }) =>
        reach(await connect(known()), known()),
      )),
    connection: known,
  };
}
