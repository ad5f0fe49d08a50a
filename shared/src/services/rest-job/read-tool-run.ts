import { isObject } from '../../host/is-object.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { isFinished, parseTimestamp, runStatuses, secondsBetween, type Run, type RunStatus } from '../../runs/run.ts';
import type { RunShape } from './job-template.ts';
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

function describe({ status, word, field }: ReadStatus): string {
  const shown = `The status “${word}” at “${field}”`;
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
  if (id !== undefined && found !== undefined && found !== id)
    throw missingIn(tool, `description of run ${id}, but one of another run`, run);
  const read = readStatus(tool, shape, run);
  const startedAt = parseTimestamp(textAt(run, shape.startedAt));
  const finishedAt = isFinished(read.status) ? parseTimestamp(textAt(run, shape.finishedAt)) : undefined;
  const parameters = shape.parameters === undefined ? undefined : valueAt(run, shape.parameters);
  const message = textAt(run, shape.message) ?? (read.status === 'unknown' ? describe(read) : undefined);
  return {
    id: id ?? found ?? '',
    service: tool,
    name: what,
    status: read.status,
    vendorStatus: read.field === shape.cancelled ? 'canceled' : read.word,
    parameters: isObject(parameters) ? parameters : {},
    steps: [],
    readAs: describe(read),
    ...withoutUndefined({
      startedAt,
      finishedAt,
      durationSeconds: secondsBetween(startedAt, finishedAt),
      message,
      url: textAt(run, shape.url) ?? url,
    }),
  };
}
