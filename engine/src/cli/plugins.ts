/** The project's own plugins, each started when the first resource of its package needs it. */
import type { Emit } from "../deployment/events.ts";
import type { LoadProvider } from "../deployment/registry.ts";
import type { Provider } from "../provider.ts";
import type { PluginHost } from "../providers/plugin/host.ts";
import type { Session } from "./session.ts";

export interface PhasePlace {
  readonly directory: string;
  readonly emit: Emit;
  readonly cancelled: AbortSignal;
}

/** Of one phase: a preview's processes do not see the update after it. A package without a plugin has a provider of the engine. */
export function projectProviders(session: Session, place: PhasePlace): LoadProvider {
  const hosts = new Map<string, Promise<PluginHost>>();
  return async (pkg): Promise<Provider> => {
    if (!(await session.project()).plugins.has(pkg)) return session.loadProvider(pkg);
    let host = hosts.get(pkg);
    if (!host) {
      host = startHost(session, pkg, place);
      hosts.set(pkg, host);
    }
    return (await host).provider();
  };
}

async function startHost(session: Session, pkg: string, place: PhasePlace): Promise<PluginHost> {
  const { PluginHost } = await import("../providers/plugin/host.ts");
  const { name, plugins } = await session.project();
  const host = new PluginHost({
    plugin: plugins.get(pkg)!,
    project: name,
    cwd: place.directory,
    env: session.env,
    config: await openConfigOf(session, pkg),
    emit: place.emit,
    cancelled: place.cancelled,
  });
  session.atEnd(() => host.close());
  return host;
}

/** Without secrets, which do not belong into an environment. */
async function openConfigOf(session: Session, pkg: string): Promise<{ [key: string]: string }> {
  const { stack } = await session.stackFiles();
  const out: { [key: string]: string } = {};
  for (const [key, node] of (await session.stackFile(stack)).entries())
    if (node.kind === "plain" && key.startsWith(`${pkg}:`))
      out[key.slice(pkg.length + 1)] = node.text;
  return out;
}
