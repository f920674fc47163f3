/** The function getPublicKey: the public half of a private key. */
import { createPublicKey, type KeyObject } from "node:crypto";
import type { PropertyMap } from "../../provider.ts";
import { publicKeyId, publicKeyOutputs } from "./key.ts";
import { readOpenssh } from "./openssh-read.ts";
import { algorithmOf, readPrivateKey } from "./pem.ts";

export async function getPublicKey(args: PropertyMap): Promise<PropertyMap> {
  const key = readKey(args);
  const publicKey = createPublicKey(key);
  return {
    ...args,
    ...publicKeyOutputs(publicKey),
    algorithm: algorithmOf(key),
    id: publicKeyId(publicKey),
  };
}

function readKey(args: PropertyMap): KeyObject {
  const { privateKeyPem, privateKeyOpenssh } = args;
  if (typeof privateKeyPem === "string") return readPrivateKey(privateKeyPem, "privateKeyPem");
  return readOpenssh(String(privateKeyOpenssh), "privateKeyOpenssh");
}
