import type { PropertyMap } from "../../provider.ts";
import { listAt, mapAt, textAt } from "./objects.ts";

/** What the API server refused, as its Status object says it. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly status: PropertyMap;
  constructor(code: number, status: PropertyMap, what: string) {
    super(textAt(status, "message") || `${what}: HTTP ${code}`);
    this.code = code;
    this.reason = textAt(status, "reason");
    this.status = status;
  }
}

/** The server has no such kind: its definition is missing. */
export class NoMatch extends Error {}

/** No answer at all: wrong address, no network, wrong certificate. */
export class Unreachable extends Error {}

/** The object is there, but is not what it should become; says what is wrong, line by line. */
export class NotReady extends Error {
  readonly object: PropertyMap;
  readonly problems: readonly string[];
  constructor(message: string, object: PropertyMap, problems: readonly string[]) {
    super(message);
    this.object = object;
    this.problems = problems;
  }
}

const isReason = (error: unknown, code: number, reason: string): boolean =>
  error instanceof ApiError && (error.reason ? error.reason === reason : error.code === code);

export const isNotFound = (error: unknown): boolean => isReason(error, 404, "NotFound");
export const isForbidden = (error: unknown): boolean => isReason(error, 403, "Forbidden");
export const isExisting = (error: unknown): boolean => isReason(error, 409, "AlreadyExists");
export const isConflict = (error: unknown): boolean => isReason(error, 409, "Conflict");
export const isInvalid = (error: unknown): boolean => isReason(error, 422, "Invalid");

export const isNamespaceMissing = (error: unknown): boolean =>
  isNotFound(error) &&
  textAt(mapAt((error as ApiError).status, "details"), "kind") === "namespaces";

/** The server cannot try this kind without doing it. */
export const isDryRunRefused = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 400 && /dry ?run/i.test(error.message);

/** The field whose value is required, of a refusal of a deletion that would leave it without one. */
export const requiredField = (error: unknown): string | undefined => {
  if (!isInvalid(error) || !(error as Error).message.includes("Required value")) return undefined;
  const causes = listAt(mapAt((error as ApiError).status, "details"), "causes");
  return textAt(
    causes.find((cause) => textAt(cause, "reason") === "FieldValueRequired"),
    "field",
  );
};
