import type { FileSpec, ResourceLimits, WorkloadSpec } from "../platform/platform.ts";
import type { AppMode } from "./conf.ts";
import type { AppInstance, AppProgram } from "./program.ts";

/** Port on which an app listens unless its program says otherwise. */
export const APP_PORT = 8080;

export interface AppMember {
  /** Its name in the deployment. */
  readonly name: string;
  /** Host on which it runs. Changing it makes a new container there. */
  readonly host: string;
  /** `write` serves all; `read` gets only what does not change data. Changing it restarts or replaces. @default "write" */
  readonly mode?: AppMode;
  /** Port of the host that leads to this instance without the proxy. Changing it replaces the container. @default - none */
  readonly port?: number;
}

export interface AppSpecArgs {
  readonly member: AppMember;
  readonly program: AppProgram;
  readonly limits: ResourceLimits;
  readonly stopSeconds: number;
  /** Certificate and key. */
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function appSpec({
  member,
  program,
  limits,
  stopSeconds,
  files,
}: AppSpecArgs): WorkloadSpec {
  const instance: AppInstance = {
    ...{ alias: member.name, host: member.host, mode: member.mode ?? "write" },
  };
  const own = program.each?.(instance) ?? {};
  const environment = { ...program.environment, ...own.environment };
  const calls = { ...program.calls, ...own.calls };
  const port = program.port ?? APP_PORT;
  return {
    alias: member.name,
    host: member.host,
    image: program.image,
    ...(program.command && { command: program.command }),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(program.user !== undefined && { user: program.user }),
    files: { ...checked({ ...program.files, ...own.files }), ...files },
    ...(Object.keys(calls).length > 0 && { calls }),
    ...(program.filesAt && { filesAt: program.filesAt }),
    volumes: [],
    ports: [{ internal: port, ...(member.port !== undefined && { published: member.port }) }],
    limits,
    stopSeconds,
    health: program.health ?? healthCommand(program),
    reloads: program.reloads ?? false,
  };
}

/** curl is in the base images of Java, Node.js and Python; an image without it names a command of its own. */
function healthCommand({ healthPath, port = APP_PORT, tls = false }: AppProgram): string[] {
  if (!/^\/[!-~]*$/.test(healthPath)) {
    throw new Error(
      `healthPath of the app is ${JSON.stringify(healthPath)}. Allowed: a path that begins with "/", such as /actuator/health.`,
    );
  }
  return [
    ...["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null", "--max-time", "4"],
    ...(tls ? ["--cacert", "/etc/synfleet/tls/ca.crt"] : []),
    `${tls ? "https" : "http"}://localhost:${port}${healthPath}`,
  ];
}

function checked(files: Readonly<Record<string, FileSpec>>): Readonly<Record<string, FileSpec>> {
  for (const path of Object.keys(files)) {
    if (/^(?!\/)(?!(.*\/)?\.{0,2}(\/|$))[^\0]+$/.test(path) && !/^tls\/(ca|node)\./.test(path))
      continue;
    throw new Error(
      `files of the app: ${JSON.stringify(path)}. Allowed: a path below /etc/synfleet without "..", other than tls/ca.crt, ` +
        "tls/node.crt and tls/node.key, which are there by themselves.",
    );
  }
  return files;
}
