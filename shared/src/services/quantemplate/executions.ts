import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { PipewrightError } from '../../host/error.ts';
import {
  filledText,
  optionalField,
  idShape,
  runIdShape,
  displayField,
  displayText,
  type Parsed,
} from '../../http/response-schema.ts';
import type { Api } from '../../http/api.ts';
import { parseTimestamp, readStatus, secondsBetween, type Run, type StatusMap } from '../../runs/run.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { service } from './api.ts';

const outputShape = v.object({ id: idShape, name: filledText });

/** An output of a pipeline execution. */
export type VendorOutput = Parsed<typeof outputShape>;

/** The response for an execution; it has no outputs until it has finished. */
const executionShape = v.object({
  id: runIdShape,
  runNumber: displayField(v.number()),
  createdAt: optionalField(v.string()),
  createdBy: displayText,
  version: displayField(v.number()),
  status: filledText,
  startedAt: optionalField(v.string()),
  finishedAt: optionalField(v.string()),
  outputs: optionalField(v.array(outputShape)),
});

/** The fields of a Quantemplate execution that are used here. */
export type VendorExecution = Parsed<typeof executionShape>;

/** Statuses of Quantemplate. Accepts both Cancelled (documentation) and Canceled (Quantemplate's client). */
const statusWords: StatusMap = { Started: 'running', Succeeded: 'succeeded', Failed: 'failed' };

/** Maps a Quantemplate status to a run status. */
export const statusOf = (status: string | undefined) => readStatus(statusWords, status);

/** The API path of the executions of a pipeline. */
export const executionsPath = (pipeline: string): string => `/pipelines/${encodeURIComponent(pipeline)}/executions`;

/** Lists all executions of a pipeline, newest first. */
export async function listExecutions(api: Api, pipeline: string, endsAt?: number): Promise<VendorExecution[]> {
  const executions = await api.json('GET', executionsPath(pipeline), v.array(executionShape), { endsAt });
  return executions.toSorted(
    (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (b.runNumber ?? 0) - (a.runNumber ?? 0),
  );
}

/**
 * Finds an execution in the list, because the API cannot read a single one.
 * @throws PipewrightError `not-found`
 */
export async function findExecution(api: Api, pipeline: string, id: string, endsAt?: number): Promise<VendorExecution> {
  const found = (await listExecutions(api, pipeline, endsAt)).find((execution) => execution.id === id);
  if (found) return found;
  throw new PipewrightError({
    code: 'not-found',
    service,
    // As the answer of an API that can read a single one.
    status: 404,
    message: `Pipeline ${pipeline} has no run ${id}.`,
    hint: 'Check the run ID and the pipeline ID.',
  });
}

/** Maps an execution to a `Run`. */
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
    ...withoutUndefined({ startedAt, finishedAt, durationSeconds }),
    details: {
      pipelineId: pipeline,
      ...withoutUndefined({ runNumber, version, createdBy }),
      outputs: execution.outputs ?? [],
    },
  };
}

/**
 * Starts a pipeline.
 * @throws PipewrightError `unexpected-response` when the response has no run ID
 */
export async function startExecution(api: Api, pipeline: string): Promise<Run> {
  return readExecution(pipeline, await api.json('POST', executionsPath(pipeline), executionShape));
}

/** The executions of a pipeline as a run provider. */
export function pipelineRuns(api: Api, pipeline: string): RunProvider {
  return {
    service,
    namespace: api.baseUrl,
    displayName: `pipeline ${pipeline}`,
    get: async (id, { endsAt } = {}) => readExecution(pipeline, await findExecution(api, pipeline, id, endsAt)),
    recent: async () => (await listExecutions(api, pipeline)).map((execution) => readExecution(pipeline, execution)),
    async cancel() {
      throw new PipewrightError({
        code: 'invalid-input',
        service,
        message: 'Quantemplate does not support canceling runs through its API.',
        hint: 'Cancel the run in Quantemplate.',
      });
    },
  };
}

/** A sample run for forms and documentation. */
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
