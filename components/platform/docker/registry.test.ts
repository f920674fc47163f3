import { expect, test } from "vitest";
import { registryHost, registryReference, trustedFor } from "./registry.ts";

test.each([
  ["registry.example.com:5000/team", "registry.example.com:5000/team/synfleet-etcd:0123456789ab"],
  ["registry.example.com", "registry.example.com/synfleet-etcd:0123456789ab"],
  ["docker.io/somebody/", "docker.io/somebody/synfleet-etcd:0123456789ab"],
])("an image is kept under %s by its hash", (address, reference) => {
  expect(registryReference(address, "etcd", "synfleet/etcd:0123456789ab")).toBe(reference);
});

test("trust is of one registry, not of a path in it", () => {
  const address = "10.0.0.9:5000/team/databases";
  expect(registryHost(address)).toBe("10.0.0.9:5000");
  const file = "/etc/docker/certs.d/10.0.0.9:5000/ca.crt";
  expect(trustedFor({ address, caCertificate: "PEM" })).toEqual({ [file]: "PEM" });
  expect(trustedFor({ address })).toEqual({});
});
