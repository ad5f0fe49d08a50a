/** Inputs with which every operation and polling trigger of a service calls the vendor, for the tests with odd responses. */
export interface AnswerCases {
  /** Key of the service in the catalog. */
  service: string;
  /** The operation that starts a run, and what plans a failing one; the other operations get the IDs of the runs. */
  start?: { operation: string; input: Record<string, unknown>; plan: { service: string; name: string } };
  /** Inputs by key of the operation or polling trigger. @param ids of a succeeded, a failed and a running run */
  inputs(ids: { done: string; failed: string; running: string }): Record<string, Record<string, unknown>>;
  /** The status that decides whether a run has finished: the request, and the path in its response. */
  status?: { asked: RegExp; path: RegExp };
  /** Operations that other cases cover. */
  without?: readonly string[];
}
