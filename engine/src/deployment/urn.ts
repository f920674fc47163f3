/** Pulumi's resource names: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME. */

export const STACK_TYPE = "pulumi:pulumi:Stack";
/** The package that the engine itself provides. */
export const BUILTIN = "pulumi";
const PROVIDER_PREFIX = "pulumi:providers:";

export interface Place {
  readonly stack: string;
  readonly project: string;
}

export function makeUrn(place: Place, parent: string, type: string, name: string): string {
  const parentType = parent === "" ? "" : qualifiedType(parent);
  const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${place.stack}::${place.project}::${qualified}::${name}`;
}

function part(urn: string, index: number): string {
  const found = urn.split("::")[index];
  if (found === undefined) throw new Error(`"${urn}" is not a URN`);
  return found;
}

export const qualifiedType = (urn: string): string => part(urn, 2);
export const urnType = (urn: string): string => qualifiedType(urn).split("$").at(-1)!;
/** The name may itself contain "::". */
export const urnName = (urn: string): string => urn.split("::").slice(3).join("::");

export const isProviderType = (type: string): boolean => type.startsWith(PROVIDER_PREFIX);
export const providerType = (pkg: string): string => PROVIDER_PREFIX + pkg;
/** The package of "docker:index/container:Container" is "docker"; that of "pulumi:providers:docker" is "docker" too. */
export function packageOf(type: string): string {
  return isProviderType(type) ? type.slice(PROVIDER_PREFIX.length) : type.split(":")[0]!;
}

export interface ProviderReference {
  readonly urn: string;
  readonly id: string;
}

export function parseReference(text: string): ProviderReference {
  const at = text.lastIndexOf("::");
  if (at < 0) throw new Error(`"${text}" is not a provider reference`);
  return { urn: text.slice(0, at), id: text.slice(at + 2) };
}
