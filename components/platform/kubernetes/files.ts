/** A workload's files as one ConfigMap and one Secret, under names that follow from their content. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { FileSpec } from "../platform.ts";

/** Where a pod finds them. */
export interface FilesRef {
  readonly sources: k8s.types.input.core.v1.VolumeProjection[];
  /** Names of the objects, which follow from the content. */
  readonly names: pulumi.Input<string>[];
}

export interface FilesArgs {
  readonly alias: string;
  readonly metadata: { readonly namespace: string; readonly labels: Record<string, string> };
  readonly options: pulumi.CustomResourceOptions;
}

/** Files belong to root and to the group of the pod's user. */
const [OPEN, SECRET] = [0o444, 0o400];

type Named = readonly [path: string, file: FileSpec];
type Texts = Readonly<Record<string, string>>;

/** Neither can be changed while a pod has it: the new one comes first, and the old one goes at the end of the run. */
export function clusterFiles(
  name: string,
  files: Readonly<Record<string, FileSpec>>,
  { alias, metadata, options }: FilesArgs,
): FilesRef {
  const child = { ...options, deleteBeforeReplace: false };
  const all = Object.entries(files);
  const open = all.filter(([, { secret }]) => !secret);
  const hidden = all.filter(([, { secret }]) => secret);
  const named = (role: string, contents: pulumi.Output<Texts>) => ({
    ...metadata,
    // The hash of a secret is no secret: secrets are long and made at random.
    name: pulumi.unsecret(contents.apply((texts) => contentName(`${alias}-${role}`, texts))),
  });
  const made: FilesRef["sources"] = [];
  const names: pulumi.Input<string>[] = [];
  if (open.length > 0) {
    const [text = [], binary = []] = [false, true].map((is) =>
      open.filter(([, { base64 }]) => (base64 ?? false) === is),
    );
    const data = texts(text, ({ content }) => content);
    const binaryData = texts(binary, inBase64);
    const both = pulumi.all([data, binaryData]).apply(([one, other]) => ({ ...one, ...other }));
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        ...{ metadata: named("config", both), immutable: true, data },
        ...(binary.length > 0 && { binaryData }),
      },
      child,
    );
    names.push(config.metadata.name);
    made.push({ configMap: { name: config.metadata.name, items: items(open, OPEN) } });
  }
  if (hidden.length > 0) {
    const data = texts(hidden, inBase64);
    const secrets = new k8s.core.v1.Secret(
      `${name}-secrets`,
      { metadata: named("secrets", data), immutable: true, data: pulumi.secret(data) },
      child,
    );
    names.push(secrets.metadata.name);
    made.push({ secret: { name: secrets.metadata.name, items: items(hidden, SECRET) } });
  }
  return { sources: made, names };
}

const inBase64 = ({ content, base64 }: FileSpec): pulumi.Output<string> =>
  pulumi.output(content).apply((text) => (base64 ? text : Buffer.from(text).toString("base64")));

const items = (entries: readonly Named[], mode: number) =>
  entries.map(([path]) => ({ key: keyOf(path), path, mode }));

function texts(
  entries: readonly Named[],
  of: (file: FileSpec) => pulumi.Input<string>,
): pulumi.Output<Texts> {
  return pulumi
    .all(entries.map(([, file]) => of(file)))
    .apply((contents) =>
      Object.fromEntries(entries.map(([path], index) => [keyOf(path), contents[index]!])),
    );
}

/** Keys of an object's data have no slashes. Pure. */
export const keyOf = (path: string): string => path.replaceAll("/", "__");

/** Pure. */
export function contentName(name: string, texts: Texts): string {
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(texts).sort()));
  return `${name}-${hash.digest("hex").slice(0, 12)}`;
}
