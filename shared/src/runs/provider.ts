import type { KnownCause } from './known-causes.ts';
import type { Run, Step } from './run.ts';

/** Limits of one call. */
export interface CallLimits {
  /** Milliseconds since 1970 by which the call must be over. Default: none. */
  endsAt?: number;
}

/** What a service supplies so that its runs can be started, waited for and explained. */
export interface RunProvider {
  /** Display name, for messages: `Azure Data Factory`. */
  service: string;
  /** Where the runs are, such as the address of the account: their IDs and Start Keys are unique there. */
  place: string;
  /** What is run, for messages: `pipeline QT_fetch_data`. */
  what: string;
  /** The run as it stands now, without its steps unless they come for free. */
  get(id: string, limits?: CallLimits): Promise<Run>;
  /** The newest runs of what is run, newest first, as many as one call gives, without their steps. */
  recent?(): Promise<Run[]>;
  /** Those of the newest runs that a call of the interface may have started, where the vendor tells; default: `recent`. */
  startedByCall?(): Promise<Run[]>;
  /** Asks the vendor to stop it; of a run that has ended it is no error. */
  cancel(id: string): Promise<void>;
  /** The steps, oldest first. Called once, at the end. */
  steps?(run: Run): Promise<Step[]>;
  /** Failures that only this service has, with what to do about them. */
  knownCauses?: readonly KnownCause[];
}
