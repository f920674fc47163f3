import type { Failure } from "./inputs.ts";

/** What the plugin does for the resources of one type. Each keeps its id for life and is never replaced. */
export interface Kind<Inputs, State extends Inputs = Inputs> {
  /** @param olds the inputs of the last run; nothing at the first */
  check(olds: unknown, news: unknown): { inputs: unknown; failures: Failure[] };
  id(inputs: Inputs): string;
  /** Makes it as wanted. @param was its state, where it was made before */
  ensure(inputs: Inputs, was?: State): Promise<State>;
  /** What is there now. */
  read(state: State): Promise<State>;
  remove(state: State): Promise<void>;
  /** A state without what is only known of it. @default the state itself */
  inputsOf?(state: State): Inputs;
}

/** One whose types the plugin has checked before. */
export type AnyKind = Kind<unknown>;
