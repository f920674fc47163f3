import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";

interface Import {
  readonly from: string;
  /** A path below the project's folder, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
  /** Only when what it is in is called. */
  readonly lazy: boolean;
}

/** Rooms by name, with the rooms that each may import, as docs/architecture.md has them. */
const rooms = new Map<string, readonly string[]>();
const imports: Import[] = [];

beforeAll(async () => {
  const text = await readFile(join(projectDirectory, "docs", "architecture.md"), "utf8");
  const section = text.split("## The rooms of the house")[1]!.split("\n## ")[0]!;
  for (const [, room, may] of section.matchAll(/^\| `([^`]+?)\/?` *\|.*\| ([^|]+?) *\|$/gm)) {
    rooms.set(room!, may === "nothing" ? [] : may!.split(", "));
  }
  for await (const file of glob("{*.ts,*/**/*.ts}", {
    cwd: projectDirectory,
    exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name),
  })) {
    if (/^test\/|\.(test|config)\.ts$/.test(file)) continue;
    imports.push(...importsOf(file, await readFile(join(projectDirectory, file), "utf8")));
  }
});

const statement =
  /^(?:import|export)\s+(type\s)?[^;"']*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(from: string, text: string): Import[] {
  return [...text.matchAll(statement)].map(([, type, named, bare, lazy]) => {
    const target = named ?? bare ?? lazy!;
    const to = target.startsWith(".")
      ? relative(projectDirectory, join(projectDirectory, dirname(from), target))
      : target;
    return { from, to, typeOnly: type !== undefined, lazy: lazy !== undefined };
  });
}

const roomOf = (path: string) => [...rooms.keys()].find((room) => room === path.split("/")[0]);
const told = (found: readonly Import[]) => found.map(({ from, to }) => `${from} imports ${to}`);
const within = (folder: string) => imports.filter(({ from }) => from.startsWith(folder));

describe("the rooms of docs/architecture.md", () => {
  test("are those of the code", () => {
    expect([...rooms.keys()]).toEqual([
      ...["index.ts", "settings", "systems", "components", "images", "manager", "engine"],
      ...["policy", "provider", "commands"],
    ]);
    const found = new Set(imports.map(({ from }) => from.split("/")[0]));
    expect([...rooms.keys()].filter((room) => !found.has(room))).toEqual([]);
    expect([...found].filter((room) => room !== "docs" && !rooms.has(room!))).toEqual([]);
  });

  test("import what the table allows, and nothing else", () => {
    const forbidden = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      return room !== undefined && other !== undefined && other !== room
        ? !rooms.get(room)!.includes(other)
        : false;
    });
    expect(told(forbidden)).toEqual([]);
  });

  test("import what the table says that they do", () => {
    const unused = [...rooms].flatMap(([room, allowed]) =>
      allowed
        .filter(
          (other) => !imports.some(({ from, to }) => roomOf(from) === room && roomOf(to) === other),
        )
        .map((other) => `${room} never imports ${other}`),
    );
    expect(unused).toEqual([]);
  });

  test("import nothing of the tests", () => {
    expect(told(imports.filter(({ to }) => to.startsWith("test/")))).toEqual([]);
  });
});

describe("components", () => {
  test("take names and tags from images, no more", () => {
    const taken = within("components/").filter(({ to }) => to.startsWith("images/"));
    expect([...new Set(taken.map(({ to }) => to))]).toEqual(["images/inputs.ts"]);
  });

  test("know the platform's interface, and no adapter of it", () => {
    const knowing = within("components/").filter(
      ({ from, to }) =>
        // That of a Swarm shares the reach of hosts with that of Docker, and that of Kubernetes how images are built and kept.
        /^components\/platform\/(docker|swarm|kubernetes)\//.test(to) &&
        !/^components\/platform\/(docker|swarm|kubernetes)\//.test(from) &&
        from !== "components/index.ts",
    );
    expect(told(knowing)).toEqual([]);
  });

  const files = [
    "conf.ts",
    "access.ts",
    "bootstrap.ts",
    "names.ts",
    "prometheus.ts",
    "yaml.ts",
    "parameters.ts",
    "profile.ts",
    "firewall.ts",
    "unit.ts",
    "wanted.ts",
    "scripts.ts",
  ];
  const text = new RegExp(
    `^components/\\w+/(((streaming|fence)/)?(${files.join("|")})|(rules|dashboards)\\.ts|(rules|dashboards)/.*)$`,
  );

  test("make configuration files without Pulumi", () => {
    const rendering = imports.filter(({ from }) => text.test(from));
    expect(told(rendering.filter(({ to }) => to.startsWith("@pulumi/")))).toEqual([]);
  });

  test("wait for what renders dashboards only where there is a Grafana", () => {
    const library = imports.filter(({ to }) => to.startsWith("@grafana/"));
    const render = "components/monitoring/dashboards/render.ts";
    expect([...new Set(library.map(({ from }) => from))]).toEqual([render]);
    const taken = imports.filter(({ to }) => to === render);
    expect(taken.map(({ from, lazy }) => [from, lazy])).toEqual([
      ["components/monitoring/grafana.ts", true],
    ]);
  });

  test("make specs with inputs and outputs alone", () => {
    const specs = imports.filter(({ from }) =>
      /^components\/(\w+\/)+((spec|grafana)\.ts|services\/\w+\.ts)$/.test(from),
    );
    expect(new Set(specs.map(({ from }) => from)).size).toBe(17);
    const other = specs.filter(({ to }) => to.startsWith("@pulumi/") && to !== "@pulumi/pulumi");
    expect(told(other)).toEqual([]);
  });

  test("make specs that register no resource", async () => {
    for await (const file of glob("components/**/{spec,grafana,conf,services/*}.ts", {
      cwd: projectDirectory,
    })) {
      const code = await readFile(join(projectDirectory, file), "utf8");
      expect([file, /\bnew (pulumi|docker|command|tls|random)\./.test(code)]).toEqual([
        file,
        false,
      ]);
    }
  });
});

test("the stack's configuration is read in one place", async () => {
  const readers: string[] = [];
  for await (const file of glob("{*.ts,{settings,systems,components,policy}/**/*.ts}", {
    cwd: projectDirectory,
  })) {
    const code = await readFile(join(projectDirectory, file), "utf8");
    if (/\bnew (pulumi\.)?Config\(|\ballConfig\(/.test(code)) readers.push(file);
  }
  expect(readers).toEqual(["settings/read.ts"]);
});
