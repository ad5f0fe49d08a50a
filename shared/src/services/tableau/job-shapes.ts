import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { displayField, displayText, filledText, optionalField, type Parsed } from '../../http/response-schema.ts';
import { parseUtcTimestamp, readStatus, secondsBetween, type Run, type StatusMap } from '../../runs/run.ts';
import { contentKinds, type ContentKind } from './content.ts';
import { service } from './session.ts';

const referenceShape = displayField(v.object({ id: filledText, name: displayText }));

const noteShape = displayField(v.union([v.string(), v.array(v.string())]));

/** A timestamp that decides something; empty counts as absent. */
const decidingTimestamp = optionalField(
  v.pipe(
    v.string(),
    v.check((value) => value === '' || parseUtcTimestamp(value) !== undefined),
  ),
);

/** The details of a job. */
export const jobShape = v.object({
  job: v.object({
    id: filledText,
    type: displayText,
    progress: displayField(v.union([v.string(), v.number()])),
    createdAt: displayText,
    startedAt: displayText,
    completedAt: decidingTimestamp,
    finishCode: optionalField(v.union([v.string(), v.pipe(v.number(), v.safeInteger())])),
    extractRefreshJob: displayField(
      v.object({ notes: noteShape, workbook: referenceShape, datasource: referenceShape }),
    ),
    runFlowJobType: displayField(v.object({ notes: noteShape, flowRunId: displayText, flow: referenceShape })),
  }),
});

/** The details of a job. */
export type VendorJob = Parsed<typeof jobShape>['job'];

/** An entry of the job list, which does not say what the job is for. */
export const listedJobShape = v.object({
  id: filledText,
  status: filledText,
  jobType: displayText,
  title: displayText,
  createdAt: displayText,
  startedAt: displayText,
  endedAt: displayText,
});

/** An entry of the job list. */
export type ListedJob = Parsed<typeof listedJobShape>;

/** Words of the job list; the details have a finish code instead. */
const statuses: StatusMap = { Pending: 'queued', InProgress: 'running', Success: 'succeeded', Failed: 'failed' };

/** Finish codes as words of the job list; Tableau's own Python client also knows 3 and counts it as success. */
const finishCodes: Record<string, string> = { '0': 'Success', '1': 'Failed', '2': 'Cancelled', '3': 'Success' };

/**
 * The status of a job as a word of the job list. Only `completedAt` says that a job has finished: a job that is queued or
 * running may already have the finish code 1.
 */
function wordOf({ completedAt, finishCode, startedAt }: VendorJob): string {
  if (!completedAt) return startedAt ? 'InProgress' : 'Pending';
  return finishCodes[String(finishCode ?? '')] ?? `finish code ${String(finishCode || 'missing')}`;
}

/** The workbook, data source or flow that a job is for; undefined for jobs of other types. */
export function contentOf({
  extractRefreshJob,
  runFlowJobType,
}: VendorJob): { kind: ContentKind; id: string; name: string | undefined } | undefined {
  const found = {
    workbook: extractRefreshJob?.workbook,
    dataSource: extractRefreshJob?.datasource,
    flow: runFlowJobType?.flow,
  };
  for (const kind of Object.keys(contentKinds) as ContentKind[]) {
    const content = found[kind];
    if (content) return { kind, id: content.id, name: content.name };
  }
  return undefined;
}

/** How much a refresh or a flow run loads. */
export type RefreshType = 'full' | 'incremental';

/** The refresh type in the type of a job: `RefreshExtract` and `refresh_extracts`, or `IncrementExtract` and `increment_extracts`. */
const refreshTypeOf = (type: string): RefreshType => (/increment/i.test(type) ? 'incremental' : 'full');

const textOf = (notes: string | string[] | undefined): string | undefined =>
  (Array.isArray(notes) ? notes.join(' ') : notes)?.trim() || undefined;

/**
 * Converts the details of a job.
 * @param known its name and page, if the workbook, data source or flow was read
 */
export function readJob(job: VendorJob, known: { name?: string; url?: string | undefined } = {}): Run {
  const { id, type = '', extractRefreshJob, runFlowJobType } = job;
  const content = contentOf(job);
  const startedAt = parseUtcTimestamp(job.startedAt);
  const finishedAt = parseUtcTimestamp(job.completedAt);
  const word = wordOf(job);
  return {
    id,
    service,
    name: known.name || content?.name || type || `job ${id}`,
    status: readStatus(statuses, word),
    vendorStatus: word,
    parameters: extractRefreshJob ? { refreshType: refreshTypeOf(type) } : {},
    steps: [],
    ...withoutUndefined({
      startedAt,
      finishedAt,
      durationSeconds: secondsBetween(startedAt, finishedAt),
      url: known.url,
      message: finishedAt === undefined ? undefined : textOf(extractRefreshJob?.notes ?? runFlowJobType?.notes),
    }),
    details: withoutUndefined({
      jobType: type || undefined,
      progress: job.progress === undefined ? undefined : String(job.progress),
      contentType: content?.kind,
      contentId: content?.id,
      flowRunId: runFlowJobType?.flowRunId,
      queuedAt: parseUtcTimestamp(job.createdAt),
    }),
  };
}

/** Converts an entry of the job list. */
export function readListedJob({ id, status, jobType = '', title, ...times }: ListedJob): Run {
  const startedAt = parseUtcTimestamp(times.startedAt);
  const finishedAt = parseUtcTimestamp(times.endedAt);
  return {
    id,
    service,
    name: title || jobType || `job ${id}`,
    status: readStatus(statuses, status),
    vendorStatus: status,
    parameters: {},
    steps: [],
    ...withoutUndefined({ startedAt: startedAt ?? parseUtcTimestamp(times.createdAt), finishedAt }),
  };
}

/**
 * Whether a job refreshes an extract or runs a flow, as far as its type says: `refresh_extracts`, `IncrementExtractsViaBridge`,
 * `run_flow`, but not `encrypt_extracts`.
 */
export const isContentJob = ({ jobType = '' }: ListedJob): boolean =>
  /(?:refresh|increment)\w*extract|flow/i.test(jobType);
