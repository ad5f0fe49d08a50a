import { azureMonitor } from '../../../shared/src/services/azure/monitor/service.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { deliver, deliverAndLookUp, delivery } from '../operate.ts';

const connection = {
  tenantId: 't',
  clientId: 'c',
  clientSecret: 's',
  subscriptionId: 'sub',
  webhookSecret: 'a-long-secret-of-our-own',
};
const factory = '/subscriptions/sub/resourcegroups/data/providers/microsoft.datafactory/factories/contoso-factory';
const management = `https://management.azure.com${factory}`;
const alert = ({
  essentials = {},
  metricName = 'PipelineFailedRuns',
}: {
  essentials?: object;
  metricName?: string;
} = {}) => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      alertId: 'a',
      originAlertId: 'origin-1',
      alertRule: 'Pipelines failed',
      severity: 'Sev2',
      monitorCondition: 'Fired',
      alertTargetIDs: [factory],
      firedDateTime: '2026-11-20T07:58:00Z',
      ...essentials,
    },
    alertContext: { condition: { windowSize: 'PT5M', allOf: [{ metricName }] } },
  },
});
const failed = (runId: string, pipelineName = 'Load') => ({
  runId,
  pipelineName,
  status: 'Failed',
  message: 'It broke.',
  runStart: '2026-11-20T07:50:00Z',
  runEnd: '2026-11-20T07:55:00Z',
  durationInMs: 300_000,
});

function connected(...runs: ReturnType<typeof failed>[]): FakeHost {
  const host = fakeHost()
    .on('POST', 'https://login.microsoftonline.com/t/oauth2/v2.0/token', {
      json: { access_token: 'x', expires_in: 3600 },
    })
    .on('POST', `${management}/queryPipelineRuns`, { json: { value: runs } });
  for (const run of runs) {
    host.on('GET', `${management}/pipelineruns/${run.runId}`, { json: run });
    host.on('POST', `${management}/pipelineruns/${run.runId}/queryActivityruns`, {
      json: { value: [{ activityName: 'Copy', status: 'Failed', error: { message: 'No such dataset' } }] },
    });
  }
  return host;
}
const sent = (body: unknown, query: Record<string, string> = { token: 'a-long-secret-of-our-own' }) =>
  delivery(body, {}, query);
const start = (body: unknown, host: FakeHost, typed: Record<string, unknown> = {}) =>
  deliverAndLookUp(azureMonitor, 'pipelineFailedAlert', typed, sent(body), { host, connection });

describe('Data Factory Pipeline Failed of Azure Monitor', () => {
  it('emits one event per failed run, with its failed step', async () => {
    const host = connected(failed('run-2'), failed('run-1'));
    const events = await start(alert(), host);
    expect(events.map(({ id }) => id)).toEqual(['run-1:failed', 'run-2:failed']);
    expect(events[0]?.data).toMatchObject({
      id: 'run-1',
      name: 'Load',
      status: 'failed',
      failedStep: 'Copy',
      failedMessage: 'No such dataset',
      alertRule: 'Pipelines failed',
      severity: 'Sev2',
      factoryId: factory,
      verified: true,
    });
    expect(host.sent('POST', 'queryPipelineRuns')[0]?.json).toMatchObject({
      lastUpdatedAfter: '2026-11-20T07:38:00.000Z',
      filters: [{ operand: 'Status', operator: 'Equals', values: ['Failed'] }],
    });
  });

  it('emits a run once when two alerts overlap', async () => {
    const host = connected(failed('run-1'));
    await start(alert(), host);
    host.on('POST', `${management}/queryPipelineRuns`, { json: { value: [failed('run-1')] } });
    expect(await start(alert({ essentials: { originAlertId: 'origin-2' } }), host)).toEqual([]);
  });

  it('filters by pipeline', async () => {
    const events = await start(alert(), connected(failed('run-1', 'Load'), failed('run-2', 'Other')), {
      pipelines: ['Other'],
    });
    expect(events.map(({ id }) => id)).toEqual(['run-2:failed']);
  });

  it('emits the alert itself when the runs cannot be read', async () => {
    const host = connected().on('POST', `${management}/queryPipelineRuns`, {
      status: 403,
      json: { error: { code: 'AuthorizationFailed', message: 'no' } },
    });
    expect(await start(alert(), host)).toMatchObject([
      { data: { name: 'contoso-factory', status: 'failed', problem: expect.stringContaining('role') } },
    ]);
  });

  it.each([
    ['was resolved', alert({ essentials: { monitorCondition: 'Resolved' } })],
    ['is about another metric', alert({ metricName: 'TriggerFailedRuns' })],
    [
      'is not about a data factory',
      alert({
        essentials: {
          alertTargetIDs: ['/subscriptions/sub/resourcegroups/data/providers/microsoft.compute/virtualmachines/vm'],
        },
      }),
    ],
    ['names a factory that leads elsewhere', alert({ essentials: { alertTargetIDs: [`${factory}/../../../x`] } })],
    ['is written in an older schema', { schemaId: 'AzureMonitorMetricAlert', data: {} }],
    ['is none', []],
  ])('ignores an alert that %s', async (_case, body) => {
    expect(
      await deliver(azureMonitor, 'pipelineFailedAlert', {}, sent(body), { host: connected(), connection }),
    ).toEqual({ outcome: 'ignored', why: 'filtered' });
  });
});
