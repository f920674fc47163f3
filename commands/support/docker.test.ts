import { expect, test } from "vitest";
import { explain, hindranceOf } from "./docker.ts";

const forbidden =
  "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock";
const stopped =
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";

test.each([
  [0, "", undefined],
  [127, "docker: not found", "missing"],
  [1, forbidden, "forbidden"],
  [1, forbidden.replace("permission", "Permission"), "forbidden"],
  [1, stopped, "stopped"],
])("docker version that ends with %i and %j", (code, stderr, problem) => {
  expect(hindranceOf(code, stderr)?.problem).toBe(problem);
});

test.each([
  [127, "", /no Docker Engine on this machine; nothing was changed\. Run: .*apt-get install/],
  [1, forbidden, /may not use the Docker Engine; nothing was changed\. Run: .*usermod -aG docker/],
  [1, stopped, /not running, or not where DOCKER_HOST says; .* Run: sudo systemctl start docker$/],
])("is told with the command that helps (%i, %j)", (code, stderr, text) => {
  expect(explain(hindranceOf(code, stderr)!)).toMatch(text);
});
