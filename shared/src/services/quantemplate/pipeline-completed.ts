import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import type { Context } from '../../define/context.ts';
import { list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { finishedFilter } from '../../runs/finished-filter.ts';
import { runFields } from '../../runs/report.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../webhooks/shared-secret-fields.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { listExecutions, readExecution, statusOf } from './executions.ts';
import { directionsFor, exampleOf, isAmong, payloadText, readNotification } from './notifications.ts';
import { pipelineIdFromUrl } from './pipelines.ts';

interface Completed {
  eventId: string;
  completedAt?: string | undefined;
  pipelineId: string;
  executionId: string;
  vendorStatus: string;
}

/** The event, if its outcome passes the filter; an unknown status passes only `any`. */
function eventOf(
  { completedAt, vendorStatus, ...ids }: Completed,
  outcome: 'any' | 'succeeded' | 'failed' | 'cancelled',
) {
  const status = statusOf(vendorStatus);
  if (outcome !== 'any' && outcome !== status) return [];
  const data = {
    ...ids,
    status,
    vendorStatus,
    ...(isFinished(status) ? { succeeded: status === 'succeeded' } : {}),
    ...(completedAt ? { completedAt } : {}),
  };
  // A run finishes only once, so its ID dedupes events, including those found by polling.
  return [{ id: `${ids.executionId}:completed`, data }];
}

/** The finished runs of pipelines, newest first. */
async function finishedRuns(pipelines: readonly string[], context: Context<QuantemplateConnection>) {
  const api = openOrganisation(context);
  const runs = await Promise.all(
    pipelines.map(async (pipeline) =>
      (await listExecutions(api, pipeline)).map((execution) => ({ pipeline, run: readExecution(pipeline, execution) })),
    ),
  );
  return runs
    .flat()
    .filter(({ run }) => isFinished(run.status))
    .sort((a, b) => (b.run.finishedAt ?? '').localeCompare(a.run.finishedAt ?? ''));
}

/** The event of a run that was read from the API. */
function asEvent({ pipeline, run }: { pipeline: string; run: Run }, outcome: Parameters<typeof eventOf>[1]) {
  const { id, finishedAt, vendorStatus } = run;
  return eventOf(
    { eventId: id, completedAt: finishedAt, pipelineId: pipeline, executionId: id, vendorStatus },
    outcome,
  );
}

/**
 * Receives the event PipelineCompleted.
 * @see https://quantemplate.readme.io/reference-link/events
 */
export const pipelineCompleted = defineWebhookTrigger<QuantemplateConnection>()({
  key: 'pipelineCompleted',
  name: 'Pipeline Completed',
  resource: 'Pipeline Run',
  description: 'Triggers when a pipeline that is shared with the whole organisation finishes a run.',
  input: {
    pipelines: v.optional(
      list({
        label: 'Pipeline IDs',
        help: 'Pipelines to trigger on, one per line: IDs that start with p-, or URLs. Leave empty for all pipelines.',
        placeholder: 'p-bordereaux',
        idFromUrl: pipelineIdFromUrl,
      }),
    ),
    ...finishedFilter,
    ...secretLocationFields('header'),
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    pipelineId: text({ label: 'Pipeline ID' }),
    executionId: text({ label: 'Run ID' }),
    status: runFields.status,
    vendorStatus: runFields.vendorStatus,
    succeeded: runFields.succeeded,
    completedAt: v.optional(text({ label: 'Completed At' })),
    ...verificationFields,
  },
  sample: {
    eventId: '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
    pipelineId: 'p-bordereaux',
    executionId: 'e-5c1d9a7b',
    status: 'succeeded',
    vendorStatus: 'Succeeded',
    succeeded: true,
    completedAt: '2026-11-20T08:02:32.000Z',
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  directions: directionsFor('PipelineCompleted', 'pipelines'),
  events(body, input) {
    const notification = readNotification(body);
    if (notification?.name !== 'PipelineCompleted') return [];
    const pipelineId = payloadText(notification, 'pipelineId');
    const executionId = payloadText(notification, 'pipelineExecutionId');
    if (!pipelineId || !executionId || !isAmong(pipelineId, input.pipelines)) return [];
    const { id: eventId, createdAt: completedAt } = notification;
    return eventOf(
      { eventId, completedAt, pipelineId, executionId, vendorStatus: payloadText(notification, 'status') ?? '' },
      input.outcome,
    );
  },
  example: (now) =>
    exampleOf(
      'PipelineCompleted',
      { pipelineId: 'p-bordereaux', pipelineExecutionId: 'e-5c1d9a7b', status: 'Succeeded' },
      now,
    ),
  async missed(input, since, context) {
    if (!input.pipelines || input.pipelines.length === 0) {
      throw new PipewrightError({
        code: 'invalid-input',
        message: '“Pipeline IDs” is missing: missed events can be found only for specific pipelines.',
        hint: 'Fill in Pipeline IDs, or remove the option Recover Missed Events: Quantemplate lists runs by pipeline only.',
      });
    }
    const finished = await finishedRuns(input.pipelines, context);
    return finished
      .filter(({ run }) => Date.parse(run.finishedAt ?? '') >= since.getTime())
      .reverse()
      .flatMap((one) => asEvent(one, input.outcome));
  },
  async recent(input, context) {
    const finished = await finishedRuns((input.pipelines ?? []).slice(0, 3), context);
    return finished.slice(0, 10).flatMap((one) => asEvent(one, input.outcome));
  },
});
