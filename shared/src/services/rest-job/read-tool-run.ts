import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { redact } from '../../host/redact.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import {
  isFinished,
  parseUtcTimestamp,
  runStatuses,
  secondsBetween,
  type Run,
  type RunStatus,
} from '../../runs/run.ts';
import { isSameRunId } from '../../runs/same-run-id.ts';
import type { RunShape } from './job-template.ts';
import { listedTime } from './listed-time.ts';
import { missingIn, textAt, valueAt, wordAt } from './read-value.ts';

/** A status as the tool wrote it, and what it means. */
interface ReadStatus {
  status: RunStatus;
  word: string;
  field: string;
}

/**
 * Reads the status of a run. A word that is not in the list is unknown, so it never ends a run.
 * @throws PipewrightError `unexpected-response` if the answer has no status
 */
function readStatus(tool: string, { status: fields, words, cancelled }: RunShape, run: unknown): ReadStatus {
  if (cancelled !== undefined && valueAt(run, cancelled) === true)
    return { status: 'cancelled', word: 'true', field: cancelled };
  for (const field of fields) {
    const word = wordAt(run, field);
    if (word === undefined) continue;
    const name = word.toLowerCase();
    return { status: Object.hasOwn(words, name) ? (words[name] ?? 'unknown') : 'unknown', word, field };
  }
  throw missingIn(tool, `status at ${fields.map((field) => `“${field}”`).join(' or ')}`, run);
}

/** The time in a field, in milliseconds since 1970; undefined if there is none. */
const timeAt = (run: unknown, field: string): number | undefined => {
  const time = parseUtcTimestamp(textAt(run, field));
  return time === undefined ? undefined : Date.parse(time);
};

/** The ID of a job that has never ended. */
const never = 'never';

/**
 * The time of an ID from `lastEnd`.
 * @throws PipewrightError `invalid-input` for anything else, because no end would be later
 */
function timeOfId(tool: string, id: string): number {
  if (id === never) return 0;
  const time = /^\d{4}-\d\d-\d\dT/.test(id) ? Date.parse(id) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `“Run ID” is not a Run ID of ${tool}, which is the time of the last end before the start.`,
    hint: 'Map the Run ID from Run Job.',
  });
}

/** When a job last ended: the ID of its next run, if the tool has no IDs. */
export function lastEnd({ ends }: RunShape, job: unknown): string {
  const times = [ends?.succeeded, ends?.failed].flatMap((field) =>
    field === undefined ? [] : (timeAt(job, field) ?? []),
  );
  return times.length === 0 ? never : new Date(Math.max(...times)).toISOString();
}

/** The first end of a job after the time in an ID; undefined if it has not ended since. */
function endAfter(
  { ends }: RunShape,
  job: unknown,
  tool: string,
  id: string,
): (ReadStatus & { at: number }) | undefined {
  if (!ends) return undefined;
  const before = timeOfId(tool, id);
  const found = (['succeeded', 'failed'] as const).flatMap((status) => {
    const field = ends[status];
    const at = timeAt(job, field);
    return at !== undefined && at > before ? [{ status, word: new Date(at).toISOString(), field, at }] : [];
  });
  return found.toSorted((a, b) => a.at - b.at)[0];
}

/** How much of a status is repeated: the field may contain anything. */
const maxWord = 100;

function describe({ status, word, field }: ReadStatus): string {
  const shown = `The value “${redact(word.slice(0, maxWord))}${word.length > maxWord ? '…' : ''}” of “${field}”`;
  if (status === 'unknown') return `${shown} is in no list of status words, so the run counts as active.`;
  const label = runStatuses.find(({ value }) => value === status)?.label ?? status;
  return `${shown} was read as ${label}.`;
}

/** What the tool, its job and the run are called. */
export interface RunNames {
  tool: string;
  /** For messages: `DAG daily`. */
  what: string;
  /** The web page of the run, if its address can be told. */
  url?: string | undefined;
}

/**
 * Converts a run as the tool describes it.
 * @param id the run that was asked for; undefined in a list, where the description contains it
 * @throws PipewrightError `unexpected-response` without a status, or for another run
 */
export function readToolRun(shape: RunShape, run: unknown, { tool, what, url }: RunNames, id?: string): Run {
  const found = shape.id === undefined ? undefined : wordAt(run, shape.id);
  if (shape.id !== undefined && found === undefined) throw missingIn(tool, `run ID at “${shape.id}”`, run);
  if (id !== undefined && found !== undefined && !isSameRunId(found, id))
    throw missingIn(tool, `description of run ${id}, but one of another run`, run);
  const end = id === undefined ? undefined : endAfter(shape, run, tool, id);
  const read = end ?? readStatus(tool, shape, run);
  const timeIn = (field: string | undefined, label: string): string | undefined =>
    shape.isDescribed ? listedTime(tool, run, field, label) : parseUtcTimestamp(textAt(run, field));
  const startedAt = timeIn(shape.startedAt, 'Start Time Field');
  const finishedAt = end?.word ?? (isFinished(read.status) ? timeIn(shape.finishedAt, 'End Time Field') : undefined);
  const parameters = shape.parameters === undefined ? undefined : valueAt(run, shape.parameters);
  const attempt = wordAt(run, shape.attempt ?? '');
  const message = textAt(run, shape.message) ?? (read.status === 'unknown' ? describe(read) : undefined);
  return {
    id: id ?? found ?? '',
    service: tool,
    name: what,
    status: read.status,
    vendorStatus: end ? end.status : read.field === shape.cancelled ? 'canceled' : read.word,
    parameters: isObject(parameters) ? parameters : {},
    steps: [],
    readAs: describe(read),
    ...(attempt === undefined ? {} : { details: { attempt } }),
    ...withoutUndefined({
      startedAt,
      finishedAt,
      durationSeconds: secondsBetween(startedAt, finishedAt),
      message,
      url: textAt(run, shape.url) ?? url,
    }),
  };
}
