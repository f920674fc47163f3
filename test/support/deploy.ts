import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, any>;
  readonly urn: string;
  readonly provider: string;
  readonly custom: boolean;
}

/** Mark by which the SDK sends a secret value over the wire. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * Runs a program under Pulumi's mocks and gives every resource that it registered, in order of arrival. Inputs come with
 * their secret marks, so that a test can tell a secret from a plain value; `plain` takes them off.
 */
export async function deploy(
  program: () => void | Promise<void>,
  { preview = false, outputs = {} as Record<string, (inputs: any) => object> } = {},
): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const made = outputs[args.type]?.(args.inputs) ?? {};
        return {
          id: preview ? undefined : `${args.name}-id`,
          state: { ...args.inputs, ...(preview ? {} : made) },
        };
      },
      call: (args) => args.inputs,
    },
    "synfleet",
    "test",
    preview,
  );
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, callback: any) => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      urn: "",
      provider: request.getProvider(),
      custom: request.getCustom(),
    });
    return register(request, callback);
  };
  await program();
  await pulumi.runtime.disconnect();
  return registered;
}

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SECRET_SIGNATURE in value;
}

/** The value under a secret mark, or the value itself. */
export function plain(value: any): any {
  return isSecret(value) ? plain(value.value) : value;
}

/** Outputs that the components read of the providers' resources. */
export const providerOutputs: Record<string, (inputs: any) => object> = {
  "tls:index/privateKey:PrivateKey": () => ({ privateKeyPem: "KEY", publicKeyPem: "PUBLIC" }),
  "tls:index/selfSignedCert:SelfSignedCert": () => ({ certPem: "CA" }),
  "tls:index/certRequest:CertRequest": () => ({ certRequestPem: "REQUEST" }),
  "tls:index/locallySignedCert:LocallySignedCert": () => ({ certPem: "CERTIFICATE" }),
  "random:index/randomPassword:RandomPassword": () => ({
    result: "s3cret-password",
    bcryptHash: "$2a$hash",
  }),
};

/** Each resource as "Type name", sorted: the exact children of a component. */
export function listed(resources: readonly Registered[]): string[] {
  return resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort();
}
