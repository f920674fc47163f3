import { expect, test } from "vitest";
import { newCrypter, openCrypter } from "./crypter.ts";

/** Made by the Pulumi CLI for the passphrase "vector passphrase". */
const PASSPHRASE = "vector passphrase";
const SALT = "v1:ZJURYFEP0M8=:v1:J59/b6mZ6OV58tlf:pESHdkqp3hRMRISE9B3wV0c+pIIplg==";
const CIPHERTEXT = "v1:jMnvOA80dZ8DgXAT:a1xWScAmMWAFiG+jSA1PumkfZYxLyfE0LMf9tLYgeOaFPbGI";
const PLAINTEXT = 'a "secret" <&> value';

test("opens what the Pulumi CLI encrypted", async () => {
  const crypter = await openCrypter(PASSPHRASE, SALT);
  expect(crypter.decrypt(CIPHERTEXT)).toBe(PLAINTEXT);
});

test("a wrong passphrase is told in the CLI's words", async () => {
  await expect(openCrypter("another", SALT)).rejects.toThrow(/^incorrect passphrase$/);
});

test("what it encrypts it opens, each time with another nonce", async () => {
  const { encryptionSalt, crypter } = await newCrypter(PASSPHRASE);
  const [one, two] = [crypter.encrypt("a secret ü"), crypter.encrypt("a secret ü")];
  expect(one).not.toBe(two);
  const again = await openCrypter(PASSPHRASE, encryptionSalt);
  expect([again.decrypt(one), again.decrypt(two)]).toEqual(["a secret ü", "a secret ü"]);
});

test.each(["", "v1:x", "v2:AAAA:v1:AAAA:AAAA"])("a malformed salt %j is refused", async (salt) => {
  await expect(openCrypter(PASSPHRASE, salt)).rejects.toThrow("encryptionsalt is malformed");
});

test("changed and cut ciphertexts are refused", async () => {
  const crypter = await openCrypter(PASSPHRASE, SALT);
  const [version, nonce, sealed] = CIPHERTEXT.split(":") as [string, string, string];
  const bytes = Buffer.from(sealed, "base64");
  bytes[0]! ^= 1;
  expect(() => crypter.decrypt(`${version}:${nonce}:${bytes.toString("base64")}`)).toThrow(
    "failed to decrypt",
  );
  expect(() => crypter.decrypt(`${version}:${nonce}`)).toThrow("malformed");
  expect(() => crypter.decrypt(`${version}:${nonce}:AAAA`)).toThrow("malformed");
});
