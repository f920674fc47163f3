import type { Provider } from "../../provider.ts";
import type { Actions, ResourceType } from "../actions.ts";
import { bridge } from "../bridge.ts";
import { publicKeyArguments, schemas } from "./schema.ts";

const load: Record<keyof typeof schemas, () => Promise<Actions>> = {
  privateKey: async () => (await import("./key.ts")).privateKeyActions,
  certRequest: async () => (await import("./request.ts")).certRequestActions,
  selfSignedCert: async () => (await import("./certificate.ts")).selfSignedActions,
  locallySignedCert: async () => (await import("./certificate.ts")).locallySignedActions,
};

export function tlsProvider(): Provider {
  const types = (Object.keys(schemas) as (keyof typeof schemas)[]).map((name): ResourceType => ({
    schema: schemas[name],
    actions: load[name],
  }));
  const functions = [
    {
      token: "tls:index/getPublicKey:getPublicKey",
      ...publicKeyArguments,
      run: async () => (await import("./public-key.ts")).getPublicKey,
    },
  ];
  return { ...bridge({ name: "tls", version: "5.6.1", types, functions }), onlyInState: true };
}
