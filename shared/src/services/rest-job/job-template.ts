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
  /** Whether the user named the fields, so that a time that cannot be read is a mistake. Default: false. */
  isDescribed?: boolean;
  /** The number of the attempt, if a run can be repeated under its ID. */
  attempt?: string;
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

/**
 * A list, read page by page. `{offset}` in the request counts the entries that were read, `{page}` the pages from 1, and
 * `{cursor}` is the value at `cursor` of the last answer; a request without any of them has one page.
 */
export interface ListTemplate extends RequestTemplate {
  /** Path of the list in the answer. Default: the answer is the list. */
  at?: string | undefined;
  /** Entries of a full page, if the tool certainly returns as many: a shorter page is the last one. Default: an empty page is. */
  size?: number;
  /** Path of the cursor of the next page in the answer, which is missing on the last page. */
  cursor?: string;
}

/**
 * Lists the runs of the job that have finished since `{since}`, or that began since `{startedSince}`; may include others. Both
 * are timestamps with time zone.
 */
export interface FinishedList extends ListTemplate {
  /** Field with the start of a run, if the list has no filter and is ordered newest first: reading ends before `{startedSince}`. */
  startsAt?: string;
}

/** Lists the jobs that the preset's Job ID selects. */
export interface JobListTemplate extends ListTemplate {
  /** Field with the Job ID; of a path such as `.github/workflows/build.yml`, the last segment counts. */
  id: string;
  /** Fields with the name; the first one with a value counts. */
  name: readonly string[];
}

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
  finished?: FinishedList;
  /** Whether a run can finish several times under its ID, each time with another end. Default: false. */
  finishesAgain?: boolean;
  jobs?: JobListTemplate;
  /** Path that returns the log as text, read when a run failed. */
  log?: string | undefined;
  /** The web page of a run; a path follows the base URL. */
  url?: string | undefined;
}

/** Values for the `{names}` in templates. */
export type Variables = Readonly<Record<string, unknown>>;
