import { describe, expect, test } from "vitest";
import { aptEntries, debianMirrors } from "./apt.ts";

const deb822 = `Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites:
 bookworm-security
Components: main
`;

describe("the machine's Debian source", () => {
  test("in deb822 form", () => {
    const entries = aptEntries([
      { path: "/etc/apt/sources.list.d/debian.sources", content: deb822 },
    ]);
    expect(debianMirrors(entries)).toEqual({
      archive: "http://mirror.example/debian",
      security: "http://mirror.example/debian-security",
    });
  });

  test("in one-line form, with options, comments and third parties", () => {
    const content = `# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://apt.example/node nodistro main
deb [trusted=yes] http://mirror.example/debian trixie main non-free # ours
deb-src http://source.example/debian trixie main
`;
    expect(debianMirrors(aptEntries([{ path: "/etc/apt/sources.list", content }]))).toEqual({
      archive: "http://mirror.example/debian",
    });
  });

  test("not where it is disabled", () => {
    const content = deb822.replace("Types: deb deb-src", "Enabled: no\nTypes: deb deb-src");
    expect(debianMirrors(aptEntries([{ path: "a.sources", content }]))).toBeUndefined();
  });

  test("not of another distribution", () => {
    const content = "deb http://archive.ubuntu.example/ubuntu noble main universe\n";
    expect(debianMirrors(aptEntries([{ path: "sources.list", content }]))).toBeUndefined();
  });
});
