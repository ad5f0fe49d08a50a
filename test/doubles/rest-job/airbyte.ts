import { iso } from '../server/context.ts';
import { json, Refusal } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Answer } from '../server/vendor.ts';
import { restJobAccount } from './account.ts';
import { pageOf, type ToolRun, type ToolRuns } from './runs.ts';

const words = {
  queued: 'pending',
  running: 'running',
  cancelling: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

const refuse = (status: number, title: string): Refusal => new Refusal(json(status, { status, title, detail: title }));

/** Airbyte's API of jobs. @see https://reference.airbyte.com/reference/createjob */
export function airbyte(runs: ToolRuns): Record<string, Answer> {
  const show = (run: ToolRun) => ({
    jobId: Number(run.id),
    status: words[runs.state(run)],
    jobType: 'sync',
    startTime: iso(run.createdAt),
    connectionId: run.job,
    lastUpdatedAt: iso(runs.isOver(run) ? runs.endOf(run) : run.createdAt),
  });
  const found = (request: SandboxRequest): ToolRun => {
    const run = runs.all.find(({ id }) => id === parameter(request, 'job'));
    if (!run) throw refuse(404, 'The job was not found.');
    return run;
  };
  return {
    'POST /jobs'(request) {
      const { connectionId, jobType } = readJson(request);
      if (connectionId !== restJobAccount.connection || jobType !== 'sync')
        throw refuse(400, 'The connection was not found.');
      return json(200, show(runs.start(restJobAccount.connection, {})));
    },
    'GET /jobs'({ query }) {
      const since = query.get('updatedAtStart');
      const all = runs.all.filter(({ job }) => job === query.get('connectionId')).reverse();
      const active = all.filter((run) => !runs.isOver(run));
      const found = since === null ? all : [...active, ...runs.endedSince(query.get('connectionId') ?? '', since)];
      return json(200, {
        previous: '',
        next: '',
        data: pageOf(found, query.get('offset'), query.get('limit') ?? 20, 100).map(show),
      });
    },
    'GET /connections': ({ query }) =>
      json(200, {
        data: pageOf(
          [{ connectionId: restJobAccount.connection, name: 'Claims to warehouse' }],
          query.get('offset'),
          query.get('limit') ?? 20,
          100,
        ),
      }),
    'GET /jobs/{job}': (request) => json(200, show(found(request))),
    'DELETE /jobs/{job}'(request) {
      const run = found(request);
      runs.cancel(run);
      return json(200, show(run));
    },
  };
}
