import type { World } from './world.ts';

/** The platform of a flow. */
export type PlatformName = 'n8n' | 'Zapier';

/** The vendors' log before a case starts, so that only later entries count. */
export type Before = ReturnType<World['sandbox']['control']['log']>;

/** The result of a case, as shown in the table. */
export interface Outcome {
  result: string;
  /** Number of loaded rows. */
  rows?: number;
}

/** A test case of a flow: its trigger and the checks afterwards, independent of the platform. */
export interface Case {
  /** What happens: `fails at the notebook`. */
  name: string;
  /** Expected number of runs. Default: 1. */
  times?: number;
  /** Number of deliveries that are rejected. Default: 0. */
  rejected?: number;
  /** Plans the behavior of the vendors. */
  prepare?(world: World): void;
  /** Triggers the event at the vendor; undefined when the flow starts on a schedule. */
  begin?(world: World, address: string): Promise<void>;
  /** @throws Error with the reason when the outcome is wrong */
  check(world: World, before: Before, platform: PlatformName): Promise<Outcome>;
}

/** A flow: one of the four guides' flows, the refresh of a Power BI model or of a Tableau workbook, or the night of Fabric. */
export interface Flow {
  key: '000' | '001' | '002' | '003' | '005' | '006' | '007';
  title: string;
  cases: readonly Case[];
}

/** A flow that is turned on. */
export interface ReadyFlow {
  /** The URL for the vendor's events, if the flow waits for them. */
  address: string;
  /**
   * Starts the flow if no event does, waits for the given number of runs, and returns the steps that ran, in order.
   * @param rejected number of deliveries that were rejected, if the platform lists them among the runs
   */
  run(times: number, startsItself: boolean, rejected: number): Promise<string[]>;
  /** Cleans up. */
  stop(): Promise<void>;
}

/** n8n or Zapier, with the flows. */
export interface Platform {
  name: PlatformName;
  /** Turns a flow on. */
  open(flow: Flow): Promise<ReadyFlow>;
  stop(): Promise<void>;
}

/** @throws Error with the sentence when the condition is false */
export function must(truth: boolean, sentence: string): void {
  if (!truth) throw new Error(sentence);
}
