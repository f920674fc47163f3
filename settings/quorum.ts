/** What keeps a majority when some are lost. Pure. */
import type { Problem } from "./parts.ts";

export interface Quorums {
  readonly hosts: readonly { readonly name: string; readonly region?: string | undefined }[];
  readonly etcd?: readonly { readonly host: string; readonly joins?: boolean | undefined }[];
  readonly sentinels?: readonly { readonly host: string }[];
}

/** An even number tolerates no more losses than the odd number below it, and is likelier to lose its majority. */
export function etcdCount({ etcd }: Quorums): Problem[] {
  if (etcd === undefined) return [];
  if (etcd.length % 2 === 0 || etcd.length > 7)
    return [
      {
        key: "etcd",
        got: `${etcd.length} members`,
        allowed: "an odd number: 1, 3, 5 or 7",
        next: "add one or remove one; 3 tolerate the loss of one",
      },
    ];
  if (!etcd.every(({ joins }) => joins)) return [];
  return [
    {
      key: "etcd",
      got: "members that all join",
      allowed: "at least one that began the cluster",
      next: "leave joins out for those that are there",
    },
  ];
}

/** A region that is lost must not take the majority of a quorum with it where there are others to keep it. */
export function regions({ hosts, etcd = [], sentinels = [] }: Quorums): Problem[] {
  const named = hosts.filter(({ region }) => region !== undefined);
  if (named.length === 0) return [];
  const without = hosts.flatMap(({ region }, index) =>
    region !== undefined
      ? []
      : [
          {
            key: `hosts[${index}].region`,
            got: undefined,
            allowed: "a region on every host, or on none",
            next: "set it; hosts that are lost together are of one region",
          },
        ],
  );
  const all = [...new Set(named.map(({ region }) => region!))];
  if (without.length > 0 || all.length < 3) return without;
  const majority = (key: string, parts: readonly { readonly host: string }[]) =>
    all.flatMap((region) => {
      const within = parts.filter(
        ({ host }) => hosts.find(({ name }) => name === host)?.region === region,
      ).length;
      if (within * 2 <= parts.length) return [];
      return [
        {
          key,
          got: `${within} of ${parts.length} in region ${region}`,
          allowed: "less than half of them in one region, where there are three",
          next: "place them by host, or leave the key out",
        },
      ];
    });
  return [...majority("etcd", etcd), ...majority("sentinels", sentinels)];
}
