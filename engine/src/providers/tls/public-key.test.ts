import { expect, test } from "vitest";
import type { PropertyMap } from "../../provider.ts";
import { harness } from "../testing/harness.ts";
import { tlsProvider } from "./provider.ts";

const TOKEN = "tls:index/getPublicKey:getPublicKey";
const provider = tlsProvider();
const { create } = harness(provider);

test.each<PropertyMap>([
  { algorithm: "RSA", rsaBits: 2048 },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
  { algorithm: "ECDSA", ecdsaCurve: "P384" },
  { algorithm: "ECDSA", ecdsaCurve: "P521" },
  { algorithm: "ED25519" },
])("getPublicKey of %o is the same from every form of the private key", async (inputs) => {
  const { outputs } = await create("tls:index/privateKey:PrivateKey", "key", inputs);
  const names = ["publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintSha256", "algorithm"];
  const wanted = Object.fromEntries([...names, "id"].map((name) => [name, outputs[name]]));
  const forms: PropertyMap[] = [
    { privateKeyPem: outputs["privateKeyPem"]! },
    { privateKeyPem: outputs["privateKeyPemPkcs8"]! },
    { privateKeyOpenssh: outputs["privateKeyOpenssh"]! },
  ];
  for (const args of forms)
    expect(await provider.invoke(TOKEN, args)).toMatchObject({ ...args, ...wanted });
});

test.each([
  [{}, /exactly one of the two/],
  [{ privateKeyPem: "a", privateKeyOpenssh: "b" }, /exactly one of the two/],
  [{ privateKeyPem: "not a key" }, /privateKeyPem is not a private key that can be read/],
  [{ privateKeyOpenssh: "not a key" }, /privateKeyOpenssh is not PEM/],
])("getPublicKey refuses %o and shows no key", async (args, message) => {
  const failed = await provider.invoke(TOKEN, args).catch((error: Error) => error.message);
  expect(failed).toMatch(message);
  expect(failed).not.toContain("not a key;");
});
