import { expect, test } from "vitest";
import { registryOf, repoDigest, withTag } from "./image.ts";

test.each([
  ["debian", "debian:latest", "registry-1.docker.io"],
  ["debian:trixie", "debian:trixie", "registry-1.docker.io"],
  ["library/debian", "library/debian:latest", "registry-1.docker.io"],
  ["localhost/x:1", "localhost/x:1", "localhost"],
  ["registry.example:5000/a/b", "registry.example:5000/a/b:latest", "registry.example:5000"],
  ["a.example/b@sha256:00", "a.example/b@sha256:00", "a.example"],
])("%s", (name, tagged, registry) => {
  expect(withTag(name)).toBe(tagged);
  expect(registryOf(name)).toBe(registry);
});

test("the digest of the repository that was asked for comes first", () => {
  const digests = ["other@sha256:1", "a.example/b@sha256:2"];
  expect(repoDigest("a.example/b:1", digests)).toBe("a.example/b@sha256:2");
  expect(repoDigest("c", [])).toBe("");
});
