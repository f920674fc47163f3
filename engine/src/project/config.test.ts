import { expect, test } from "vitest";
import { openConfigNode } from "./config.ts";

test("a program gets an object's keys in order, whatever the file's is", () => {
  const json = { write: 2, read: [{ port: 1, name: "a" }], nested: { b: null, a: true } };
  expect(openConfigNode({ kind: "object", json }, undefined)).toEqual({
    text: '{"nested":{"a":true,"b":null},"read":[{"name":"a","port":1}],"write":2}',
    secret: false,
    object: true,
  });
});
