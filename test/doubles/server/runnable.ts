/** What the conformance tests need to know about something that runs at a vendor. */
export interface Runnable<State> {
  name: string;
  /** Key of the service in the catalog. */
  service: string;
  /** Key of the operation that starts a run. */
  operation: string;
  input: Record<string, string>;
  /** Identifies it in `sandbox.control.planRun`. */
  plan: { service: string; name: string };
  /** Paths of the requests that start a run. */
  start: RegExp;
  /** Requests that read the status of a run. */
  status: { method: string; path: RegExp };
  /** IDs of the started runs, oldest first. */
  started(state: State): string[];
  /** Cancels a run at the vendor. */
  cancel(state: State, id: string): void;
  /** Whether a run was asked to stop. */
  isCancelled(state: State, id: string): boolean;
  /** Whether the vendor's API can cancel a run. */
  canCancel: boolean;
  /** Whether the vendor rejects a start while a run is active. Default: false. */
  oneAtATime?: boolean;
  /** Input to rerun a failed run, in addition to `input`. */
  rerunInput?: Record<string, string>;
  /** Whether its runs have steps. Default: true. */
  hasSteps?: boolean;
  /** Whether the vendor's API says why a run failed. Default: true. */
  saysWhy?: boolean;
  /** The status of a response that ends the wait for a run. Default: 400. */
  finalStatus?: number;
  /** The vendor's response about a run with an unknown status. */
  unknownStatus(id: string): unknown;
  /** A run that fails in one of its parts: what to run, what to plan, and the expected error message. */
  child?: { input: Record<string, string>; plan: { service: string; name: string }; message: RegExp };
}
