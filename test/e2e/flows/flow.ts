import type { World } from './world.ts';

/** Where a flow runs. */
export type PlatformName = 'n8n' | 'Zapier';

/** What had happened at the vendors before a case began, so that only what came later counts. */
export type Before = ReturnType<World['sandbox']['control']['log']>;

/** What came of a case, in the words of the table. */
export interface Outcome {
  result: string;
  /** Rows that were loaded. */
  rows?: number;
}

/** One try of a flow: what begins it, and what must be true afterwards, whatever the platform. */
export interface Case {
  /** What happens, as a sentence goes on: `fails at the notebook`. */
  name: string;
  /** How often the flow must run. Default: 1. */
  times?: number;
  /** Plans what the vendors will do. */
  prepare?(world: World): void;
  /** What happens at the vendor; undefined when the flow starts by a schedule. */
  begin?(world: World, address: string): Promise<void>;
  /** @throws Error in a plain sentence when the outcome is wrong */
  check(world: World, before: Before, platform: PlatformName): Promise<Outcome>;
}

/** One of the guides' flows. */
export interface Flow {
  key: '000' | '001' | '002' | '003';
  title: string;
  cases: readonly Case[];
}

/** A flow that is ready to be started. */
export interface ReadyFlow {
  /** Where the vendor sends events, if the flow waits for such. */
  address: string;
  /** Starts it where no event does, waits until it has run as often as it must, and gives the steps that ran, in order. */
  run(times: number, startsItself: boolean): Promise<string[]>;
  /** Ends what setting it up began. */
  stop(): Promise<void>;
}

/** n8n or Zapier, with the four flows. */
export interface Platform {
  name: PlatformName;
  /** Turns a flow on. */
  open(flow: Flow): Promise<ReadyFlow>;
  stop(): Promise<void>;
}

/** @throws Error with the sentence when something that must be true is not */
export function must(truth: boolean, sentence: string): void {
  if (!truth) throw new Error(sentence);
}
