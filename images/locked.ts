/** Which packages, and in which versions, a program of a workspace has in it. Pure. */

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * A line for each package that one of a workspace can load, of package-lock.json: the text changes when one of them
 * does, and not with the project's other packages.
 */
export function lockedPackages(lock: string, workspace: string): string {
  const { packages } = JSON.parse(lock) as Lock;
  const found = new Set<string>();
  const visit = (from: string) => {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) {
      const path = resolve(packages, from, name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      visit(path);
    }
  };
  visit(workspace);
  return [...found]
    .sort()
    .map((path) => `${path} ${packages[path]!.version} ${packages[path]!.integrity}\n`)
    .join("");
}

/** Where Node finds a package: in the nearest node_modules, going outwards. */
function resolve(packages: Lock["packages"], from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path]) return path;
    if (at === "") return undefined;
  }
}
