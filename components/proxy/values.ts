/** Values of nginx.conf, refused where they could be read as anything else. Pure. */

export function whole(key: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(
    `${key} of the proxy is ${value}. Allowed: a whole number from ${least} to ${most}.`,
  );
}

export function path(key: string, value: string): string {
  if (/^\/[A-Za-z0-9._~/-]*$/.test(value)) return value;
  throw new Error(
    `${key} of the proxy: ${JSON.stringify(value)}. Allowed: a path that begins with "/", of letters, digits and . _ ~ - /`,
  );
}

/** Of a path, for a regular expression that what is below it matches too. */
export function escaped(text: string): string {
  return text.replace(/\/$/, "").replaceAll(".", "\\.");
}

export function cookie(name: string): string {
  if (/^[A-Za-z0-9_]+$/.test(name)) return name;
  throw new Error(
    `mainCookies of the proxy: ${JSON.stringify(name)}. Allowed: letters, digits and _`,
  );
}

export function network(cidr: string): string {
  if (/^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(cidr)) return cidr;
  throw new Error(
    `trustedProxies of the proxy: ${JSON.stringify(cidr)}. Allowed: an address or a network such as 10.0.0.0/8.`,
  );
}
