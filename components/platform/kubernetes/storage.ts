/** Whether the cluster has volumes as they are wanted, and those that are there can become so. */
import type { KubernetesPlatformArgs } from "./args.ts";
import { itemsOf, type Ask } from "./kubectl.ts";

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly allowVolumeExpansion?: boolean;
}

export interface Claim {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string };
  readonly spec: {
    readonly storageClassName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

type Wanted = Pick<
  KubernetesPlatformArgs,
  "prefix" | "namespace" | "context" | "storageClass" | "volumeGiB"
>;

/** Names of those that still have, or never had, what they stand for. */
export const present = (claims: readonly Claim[]): string[] =>
  claims.filter(({ status }) => status?.phase !== "Lost").map(({ metadata }) => metadata.name);

export async function storageProblems(
  args: Wanted,
  claims: readonly Claim[],
  ask: Ask,
): Promise<string[]> {
  const classes = await itemsOf<StorageClass>(ask, "storageclasses");
  // Whoever may not look at classes may use them all the same.
  return [
    ...(classes ? classProblems(args.storageClass, classes) : []),
    ...claimProblems(args, claims, classes),
  ];
}

function classProblems(wanted: string | undefined, classes: readonly StorageClass[]): string[] {
  const names = classes.map(({ metadata }) => metadata.name);
  const standard = classes.some(
    ({ metadata }) =>
      metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  if (wanted === undefined ? standard : names.includes(wanted)) return [];
  const got =
    wanted === undefined ? "nothing, and the cluster has no default class" : `"${wanted}"`;
  return [
    `synfleet:kubernetes.storageClass: got ${got}; allowed: ${names.join(", ") || "none: the cluster has no StorageClass"}. kubectl get storageclasses shows them.`,
  ];
}

/** What the cluster would refuse in the middle of a change, when some have it already. */
function claimProblems(
  { storageClass, volumeGiB = 10 }: Wanted,
  claims: readonly Claim[],
  classes: readonly StorageClass[] | undefined,
): string[] {
  const grows = (name: string | undefined) =>
    classes?.find(({ metadata }) => metadata.name === name)?.allowVolumeExpansion ?? !classes;
  const larger = claims.filter((claim) => sizeOf(claim) > volumeGiB);
  const stuck = claims.filter(
    (claim) => sizeOf(claim) < volumeGiB && !grows(claim.spec.storageClassName),
  );
  const others = claims.filter(
    ({ spec }) => storageClass !== undefined && spec.storageClassName !== storageClass,
  );
  const [one] = others;
  return [
    ...(larger.length === 0
      ? []
      : [
          `synfleet:kubernetes.volumeGiB: got ${volumeGiB}, and ${sized(larger)}; allowed: ${Math.max(...larger.map(sizeOf))} or more, since no volume shrinks.`,
        ]),
    ...(stuck.length === 0
      ? []
      : [
          `synfleet:kubernetes.volumeGiB: got ${volumeGiB}, and ${sized(stuck)} of class ${stuck[0]!.spec.storageClassName ?? "none"}, which does not let volumes grow; allowed: ${Math.min(...stuck.map(sizeOf))}. ` +
            "Set allowVolumeExpansion of the class where its driver can do it.",
        ]),
    ...(one === undefined
      ? []
      : [
          `synfleet:kubernetes.storageClass: got "${storageClass}", and ${others.map(({ metadata }) => metadata.name).join(", ")} has data in ${one.spec.storageClassName ?? "none"}; allowed: ${one.spec.storageClassName ?? "nothing"}, since a volume keeps its class. Leave it so.`,
        ]),
  ];
}

const sized = (claims: readonly Claim[]): string =>
  claims.map((claim) => `${claim.metadata.name} has ${sizeOf(claim)} GiB`).join(", ");

const GIB: Readonly<Record<string, number>> = {
  ...{ Mi: 1 / 1024, Gi: 1, Ti: 1024 },
  ...{ M: 1e6 / 2 ** 30, G: 1e9 / 2 ** 30, T: 1e12 / 2 ** 30 },
};

/** In GiB. Claims are written in whole ones; whoever enlarged one by hand may have written otherwise. */
function sizeOf({ spec }: Claim): number {
  const [, digits = "0", unit = ""] =
    /^([\d.]+)([A-Za-z]*)$/.exec(spec.resources.requests.storage) ?? [];
  return Number(digits) * (GIB[unit] ?? 1 / 2 ** 30);
}
