import type { Changes } from "../support/stack-config.ts";

/** What can be done with the roles of one replicated service of a system. Members go by their names in the settings. */
export interface Service {
  readonly title: string;
  /** Who leads at present. */
  leader(): Promise<string | undefined>;
  /** Hands over while all is well; nothing is lost. Tells who leads then. */
  switchover(to?: string): Promise<string>;
  /** Makes a member the leader when the one that led is lost. */
  promote(member: string, options: { readonly acceptDataLoss: boolean }): Promise<void>;
  /** Has a member throw its data away and copy another's. */
  reinit?(member: string): Promise<void>;
  /** Settings that say the same as what was done, so that no later `up` has it otherwise. */
  settingsAfter?(leader: string): Changes | undefined;
}
