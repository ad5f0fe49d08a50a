import type { KnownCause } from './known-causes.ts';
import type { Run, Step } from './run.ts';

/** Limits of one request. */
export interface CallLimits {
  /** Deadline of the request in milliseconds since 1970. Default: none. */
  endsAt?: number;
}

/** What a service implements so that its runs can be started, waited for and explained. */
export interface RunProvider {
  /** Display name, for messages: `Azure Data Factory`. */
  service: string;
  /** The URL within which run IDs and Start Keys are unique, such as that of the account. */
  namespace: string;
  /** Type and name of what is run, for messages: `pipeline QT_fetch_data`. */
  displayName: string;
  /** Reads the run, without steps unless the vendor returns them anyway. */
  get(id: string, limits?: CallLimits): Promise<Run>;
  /** The most recent runs that one request returns, newest first, without steps. */
  recent?(): Promise<Run[]>;
  /** The recent runs that an API call may have started, if the vendor distinguishes them. Default: `recent`. */
  startedByCall?(): Promise<Run[]>;
  /** Requests cancellation; does nothing if the run has finished. */
  cancel(id: string): Promise<void>;
  /** The steps, oldest first. Called once, when the run has finished. */
  steps?(run: Run): Promise<Step[]>;
  /** Failures specific to this service, with advice. */
  knownCauses?: readonly KnownCause[];
}
