import { createHmac } from 'node:crypto';

/** The body of a dbt notification and its signature. */
export interface SignedBody {
  body: Buffer;
  signature: string;
}

/**
 * Signed notifications of `count` different job runs.
 * @param first number of the first run
 * @param bytes approximate size of each body; below 700 it is a short notification such as dbt's `job.run.started`
 */
export function signedRuns(
  count: number,
  secret: string,
  { job = '910', first = 0, bytes = 1_000 } = {},
): SignedBody[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = first + offset;
    const runId = String(70_403_103_000_000 + index);
    const notification = {
      accountId: 12345,
      webhookId: 'wsu_1',
      eventId: `wev_${index}`,
      timestamp: '2026-11-20T08:02:35.789265936Z',
      eventType: 'job.run.completed',
      webhookName: 'Pipewright',
      data: {
        jobId: job,
        jobName: 'Daily Job (dbt build)',
        runId,
        environmentId: '1234',
        environmentName: 'Production',
        dbtVersion: 'latest',
        projectName: 'Claims',
        projectId: '678',
        runStatus: 'Success',
        runStatusCode: 10,
        runStatusMessage: 'None',
        runReason: 'Scheduled',
        runStartedAt: '2026-11-20T08:00:04Z',
        runFinishedAt: '2026-11-20T08:02:32Z',
        note: 'x'.repeat(Math.max(0, bytes - 600)),
      },
    };
    const short = {
      eventId: notification.eventId,
      eventType: notification.eventType,
      data: { jobId: job, runId, runStatus: 'Success' },
    };
    const body = Buffer.from(JSON.stringify(bytes < 700 ? short : notification));
    return { body, signature: createHmac('sha256', secret).update(body).digest('hex') };
  });
}

/** An endless series of notifications, each of a different run. */
export function* endlessRuns(secret: string, job: string): Generator<SignedBody, never> {
  for (let first = 0; ; first += 500) yield* signedRuns(500, secret, { job, first });
}
