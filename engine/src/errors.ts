/** Exit codes of the Pulumi CLI; an error carries the one it should end the process with. */
export const EXIT = {
  ok: 0,
  error: 1,
  configuration: 2,
  resource: 4,
  policy: 5,
  stackNotFound: 6,
  noChanges: 7,
  cancelled: 8,
  /** Also what this engine answers to a command, flag or feature that it leaves to the CLI. */
  unsupported: 255,
} as const;

export class EngineError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT.error) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The failure has been shown already: end with the code, print nothing more. */
export class Bail extends EngineError {}

const HOW_TO_GET_THE_CLI =
  "it needs the Pulumi CLI: `npm install -g pulumi`, or https://www.pulumi.com/docs/install/";

/** `instead` says what there is. */
export const unsupported = (what: string, instead?: string): EngineError =>
  new EngineError(
    `${what} is not supported by the offline engine; ${instead ? `${instead}; ` : ""}${HOW_TO_GET_THE_CLI}`,
    EXIT.unsupported,
  );
