import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { filledText, given, idShape, runIdShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';
import type { Api } from '../../http/api.ts';
import { parseTimestamp, readStatus, secondsBetween, type Run, type StatusMap } from '../../runs/run.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { service } from './api.ts';

const outputShape = v.object({ id: idShape, name: filledText });

/** A file that an execution of a pipeline made. */
export type VendorOutput = Answered<typeof outputShape>;

/** What an answer with an execution looks like; it has no outputs before its end. */
const executionShape = v.object({
  id: runIdShape,
  runNumber: shown(v.number()),
  createdAt: given(v.string()),
  createdBy: shownText,
  version: shown(v.number()),
  status: filledText,
  startedAt: given(v.string()),
  finishedAt: given(v.string()),
  outputs: given(v.array(outputShape)),
});

/** An execution of a pipeline as Quantemplate gives it. */
export type VendorExecution = Answered<typeof executionShape>;

/** The documentation says Cancelled, Quantemplate's own client reads Canceled; both count. */
const words: StatusMap = { Started: 'running', Succeeded: 'succeeded', Failed: 'failed' };

/** Our status for a word of Quantemplate. */
export const statusOf = (word: string | undefined) => readStatus(words, word);

/** The path of a pipeline's executions within their organisation. */
export const executionsPath = (pipeline: string): string => `/pipelines/${encodeURIComponent(pipeline)}/executions`;

/** The executions of a pipeline, newest first; Quantemplate gives them all at once. */
export async function listExecutions(api: Api, pipeline: string, endsAt?: number): Promise<VendorExecution[]> {
  const executions = await api.json('GET', executionsPath(pipeline), v.array(executionShape), { endsAt });
  return executions.toSorted(
    (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (b.runNumber ?? 0) - (a.runNumber ?? 0),
  );
}

/**
 * One execution, out of the list: there is no call that reads a single one.
 * @throws PipewrightError `not-found` when the pipeline has none with this ID
 */
export async function findExecution(api: Api, pipeline: string, id: string, endsAt?: number): Promise<VendorExecution> {
  const found = (await listExecutions(api, pipeline, endsAt)).find((execution) => execution.id === id);
  if (found) return found;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: `The pipeline ${pipeline} has no run ${id}.`,
    hint: 'Check that the run ID and the pipeline ID belong together.',
  });
}

/** The execution in our words. */
export function readExecution(pipeline: string, execution: VendorExecution): Run {
  const startedAt = parseTimestamp(execution.startedAt ?? execution.createdAt);
  const finishedAt = parseTimestamp(execution.finishedAt);
  const durationSeconds = secondsBetween(startedAt, finishedAt);
  const { runNumber, version, createdBy } = execution;
  return {
    id: execution.id,
    service,
    name: pipeline,
    status: statusOf(execution.status),
    vendorStatus: execution.status ?? '',
    parameters: {},
    steps: [],
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    details: {
      pipelineId: pipeline,
      ...(runNumber === undefined ? {} : { runNumber }),
      ...(version === undefined ? {} : { version }),
      ...(createdBy === undefined ? {} : { createdBy }),
      outputs: execution.outputs ?? [],
    },
  };
}

/**
 * Executes a pipeline.
 * @throws PipewrightError `unexpected-answer` when Quantemplate names no run
 */
export async function startExecution(api: Api, pipeline: string): Promise<Run> {
  return readExecution(pipeline, await api.json('POST', executionsPath(pipeline), executionShape));
}

/** The executions of a pipeline as runs. */
export function pipelineRuns(api: Api, pipeline: string): RunProvider {
  return {
    service,
    place: api.baseUrl,
    what: `pipeline ${pipeline}`,
    get: async (id, { endsAt } = {}) => readExecution(pipeline, await findExecution(api, pipeline, id, endsAt)),
    recent: async () => (await listExecutions(api, pipeline)).map((execution) => readExecution(pipeline, execution)),
    async cancel() {
      throw new PipewrightError({
        code: 'bad-input',
        service,
        message: 'Quantemplate offers no way to stop a run.',
        hint: 'Stop it on its page in Quantemplate.',
      });
    },
  };
}

/** A realistic run, for forms and documentation. */
export const samplePipelineRun = {
  id: 'e-5c1d9a7b',
  service,
  name: 'p-bordereaux',
  status: 'succeeded' as const,
  vendorStatus: 'Succeeded',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.000Z',
  finishedAt: '2026-11-20T08:02:32.000Z',
  durationSeconds: 148,
  parameters: {},
  steps: [],
  details: {
    pipelineId: 'p-bordereaux',
    runNumber: 42,
    version: 7,
    createdBy: 'u-1a2b3c4d',
    outputs: [{ id: 'o-7f3e2d1c', name: 'Claims' }],
  },
};
