import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, any>;
  readonly urn: string;
  readonly provider: string;
  readonly custom: boolean;
  /** URNs of what it was told to wait for. */
  readonly dependsOn: readonly string[];
  /** Inputs of which a change is none. */
  readonly ignored: readonly string[];
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
  monitor.newUrn = urnOf;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, callback: any) => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      urn: urnOf(request.getParent(), request.getType(), request.getName()),
      provider: request.getProvider(),
      custom: request.getCustom(),
      dependsOn: request.getDependenciesList(),
      ignored: request.getIgnorechangesList(),
    });
    return register(request, callback);
  };
  // The SDK keeps a stack trace of every promise, and the test runner finds the sources for each: most of the time of a large program.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  try {
    await program();
  } finally {
    // What a program that failed has registered is waited for too, since it would meet the mocks of the next one.
    await pulumi.runtime.disconnect();
    Error.stackTraceLimit = stackTraceLimit;
  }
  return registered;
}

/** As the engine makes it, by the types of all parents; the mocks know the next one alone. */
function urnOf(parent: string | undefined, type: string, name: string): string {
  const chain = parent?.split("::")[2];
  const within = chain === undefined || chain === "pulumi:pulumi:Stack" ? "" : `${chain}$`;
  return `urn:pulumi:test::synfleet::${within}${type}::${name}`;
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

/** The resources of a type, by its last part. */
export function ofType(resources: readonly Registered[], type: string): Registered[] {
  return resources.filter((resource) => resource.type.split(":").at(-1) === type);
}

/** The one of a name and a type, by its last part. */
export const named = (resources: readonly Registered[], name: string, type: string): Registered =>
  resources.find((one) => one.name === name && one.type.endsWith(`:${type}`))!;

/** What it was given, as it reads without marks of secrets. */
export const inputsOf = (resources: readonly Registered[], name: string, type: string) =>
  plain(named(resources, name, type).inputs) as Record<string, any>;

/** Names of resources that have a key or a password of {@link providerOutputs} elsewhere than in a secret file. */
export function withOpenSecrets(resources: readonly Registered[]): string[] {
  const open = resources.filter(({ inputs }) => {
    const { stdin: _, caPrivateKeyPem: __, privateKeyPem: ___, ...rest } = inputs;
    return /s3cret-password|\$2a\$hash|"KEY"/.test(JSON.stringify(rest));
  });
  const unmarked = ofType(resources, "Command").filter(
    ({ name, inputs }) => name.endsWith("-files") && !isSecret(inputs["stdin"]),
  );
  return [...open, ...unmarked].map(({ name }) => name);
}
