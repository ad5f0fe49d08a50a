import type { HttpRequest } from '../../host/http.ts';
import type { RunStatus } from '../../runs/run.ts';

/** A request of a tool. `{names}` in its path and body are replaced by the values of a step. */
export interface RequestTemplate {
  method: Exclude<HttpRequest['method'], 'HEAD'>;
  /** Starts with a slash and follows the base URL; may contain a query. */
  path: string;
  /** Sent as JSON. A text that is only a `{name}` becomes the value itself, and is left out if there is none. */
  body?: unknown;
  /** JSON text in place of `body`, sent as the user wrote it. */
  bodyText?: string | undefined;
}

/** Where a run is described in an answer; every field is a path such as `state.type` or `data.0.id`. */
export interface RunShape {
  /** The ID, to make sure that the answer describes the run that was asked for. */
  id?: string;
  /** Fields with the status; the first one with a value counts. */
  status: readonly string[];
  /** Our status for each status word of the tool, in lower case. Any other word is unknown and never final. */
  words: Readonly<Record<string, RunStatus>>;
  /** Whether `words` contains every status of the tool, so that any other one is a mistake. Default: false. */
  hasAllWords?: boolean;
  /** A field that is true if the run was canceled, whatever its status is. */
  cancelled?: string;
  /** Fields with the last success and failure of the job, for tools without run IDs; see `RunIdSource`. */
  ends?: { succeeded: string; failed: string };
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  /** The web page of the run. */
  url?: string;
  /** The parameters that the run was started with. */
  parameters?: string;
}

/** Where the ID of a started run comes from. */
export type RunIdSource =
  /** A field of the answer to the start request. */
  | { from: 'body'; field: string }
  /** The last segment of the Location header. */
  | { from: 'location' }
  /** The request: the tool accepts the start key as the ID. `isUnique`: it certainly refuses to start that ID again (409). */
  | { from: 'request'; isUnique: boolean }
  /**
   * None: the tool tells only when the job last succeeded and failed. The ID is when it had last ended before the start, so the
   * run has ended once the job has ended later. While `active` is the status, no start is sent: its end would be taken for the run's.
   */
  | { from: 'lastEnd'; active: string };

/** How a tool starts a job by one request and returns its state by another. */
export interface JobTemplate {
  /** Display name, for messages. */
  tool: string;
  /** What the tool calls a job, for messages: `DAG`. */
  noun: string;
  headers?: Readonly<Record<string, string>>;
  start: RequestTemplate;
  runId: RunIdSource;
  /** Whether the tool returns the existing run when a start with the same `{startKey}` is repeated. */
  sameRunForSameKey: boolean;
  /** Reads a run. `at`: path of the run in the answer. */
  status: RequestTemplate & { at?: string };
  run: RunShape;
  cancel?: RequestTemplate;
  /** Lists recent runs of the job, newest first. `at`: path of the list in the answer. */
  recent?: RequestTemplate & { at?: string };
  /** Path that returns the log as text, read when a run failed. */
  log?: string | undefined;
  /** The web page of a run; a path follows the base URL. */
  url?: string | undefined;
}

/** Values for the `{names}` in templates. */
export type Variables = Readonly<Record<string, unknown>>;
