import * as v from 'valibot';
import { isObject } from '../../../host/is-object.ts';
import { list, text } from '../../../define/fields.ts';
import { defineWebhookTrigger } from '../../../define/trigger.ts';
import { runReference, runFields, type RunReport } from '../../../runs/report.ts';
import { parseTimestamp } from '../../../runs/run.ts';
import { readRun } from '../../../runs/read-run.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../../webhooks/shared-secret-fields.ts';
import { problemField, verificationFields } from '../../../webhooks/trigger-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { queryAll } from '../pages.ts';
import { samplePipelineRun, window, pipelineRunShape } from '../pipelines/pipeline-run.ts';
import { pipelineRuns } from '../pipelines/runs.ts';
import { factoryKind, openFactory, service, version } from '../data-factory/factory.ts';
import { enterSecret, publish, setupSteps, urlWithSecret } from '../../../webhooks/setup-steps.ts';

/** Maximum number of failed runs to read per alert. */
const maxRuns = 50;

/** How many milliseconds before the alert's time window the search starts, because metrics are delayed. */
const metricDelayMs = 15 * 60_000;

interface Alert {
  id: string;
  rule: string;
  severity: string;
  firedAt: string;
  /** Resource ID of the factory. */
  factory: string;
  windowMs: number;
}

const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Parses a time window such as `PT5M` or `PT1H` to milliseconds. */
function readWindow(size: string): number {
  const [, hours = '0', minutes = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?$/i.exec(size) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Parses a fired alert about failed runs of a factory; undefined for other alerts and for resolved ones. */
function readAlert(body: unknown): Alert | undefined {
  const data = asObject(asObject(body)['data']);
  const essentials = asObject(data['essentials']);
  const condition = asObject(asObject(data['alertContext'])['condition']);
  const metrics = (Array.isArray(condition['allOf']) ? condition['allOf'] : []).map((one) =>
    asText(asObject(one)['metricName']),
  );
  const targets = Array.isArray(essentials['alertTargetIDs']) ? essentials['alertTargetIDs'].map(asText) : [];
  const factory = targets.find((target) =>
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.datafactory\/factories\/[\w-]+$/i.test(
      target,
    ),
  );
  const firedAt = parseTimestamp(asText(essentials['firedDateTime']));
  if (essentials['monitorCondition'] !== 'Fired' || !factory || !firedAt) return undefined;
  if (metrics.length > 0 && !metrics.includes('PipelineFailedRuns')) return undefined;
  return {
    id: `${asText(essentials['originAlertId']) || asText(essentials['alertId'])}:${firedAt}`,
    rule: asText(essentials['alertRule']),
    severity: asText(essentials['severity']),
    firedAt,
    factory,
    windowMs: readWindow(asText(condition['windowSize'])),
  };
}

const eventOf = (id: string, run: RunReport, { rule, severity, firedAt, factory }: Alert) => ({
  id,
  data: { ...run, alertRule: rule, severity, firedAt, factoryId: factory },
});

/**
 * Receives Azure Monitor alerts on the metric PipelineFailedRuns, in the common alert schema, and reads the failed runs, which
 * the alert does not list.
 * @see https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory
 */
export const pipelineFailedAlert = defineWebhookTrigger<AzureConnection>()({
  key: 'pipelineFailedAlert',
  name: 'Data Factory Pipeline Failed',
  resource: 'Pipeline Run',
  description: 'Triggers when Azure Monitor reports a failed Data Factory pipeline run.',
  input: {
    pipelines: v.optional(
      list({
        label: 'Pipelines',
        help: 'Names of the pipelines, one per line. Leave empty for all pipelines of the data factory.',
        placeholder: 'QT_fetch_data',
      }),
    ),
    ...secretLocationFields('query'),
  },
  output: {
    ...runFields,
    alertRule: text({ label: 'Alert Rule' }),
    severity: text({ label: 'Severity' }),
    firedAt: text({ label: 'Fired At' }),
    factoryId: text({ label: 'Data Factory Resource ID' }),
    problem: problemField,
    ...verificationFields,
  },
  sample: {
    ...samplePipelineRun(factoryKind),
    status: 'failed',
    vendorStatus: 'Failed',
    succeeded: false,
    message: 'Operation on target Copy dataset failed: the dataset was not found.',
    failedStep: 'Copy dataset',
    failedMessage: 'The dataset was not found.',
    steps: [{ name: 'Copy dataset', type: 'Copy', status: 'failed', message: 'The dataset was not found.' }],
    alertRule: 'Pipelines failed',
    severity: 'Sev2',
    firedAt: '2026-11-20T08:05:00.000Z',
    factoryId:
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data-platform/providers/Microsoft.DataFactory/factories/contoso-factory',
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  directions: setupSteps('Set up the alert once in the Azure portal.', (terms) => [
    enterSecret(terms),
    urlWithSecret(terms),
    'In the data factory, open Alerts and create an alert rule for the metric “Failed pipeline runs metrics” with the condition Greater than 0.',
    'Add an action group with a webhook to this URL, and enable the common alert schema.',
    publish(terms),
  ]),
  events(body) {
    const alert = readAlert(body);
    if (!alert) return [];
    const name = alert.factory.split('/').pop() ?? '';
    const run = runReference({
      id: alert.id,
      service,
      name,
      status: 'failed',
      vendorStatus: 'Failed',
      details: { windowMs: alert.windowMs },
    });
    return [eventOf(`alert:${alert.id}`, run, alert)];
  },
  async enrich({ data }, { pipelines }, context) {
    const { alertRule, severity, firedAt, factoryId, id, details } = data as unknown as RunReport & {
      alertRule: string;
      severity: string;
      firedAt: string;
      factoryId: string;
    };
    const alert: Alert = {
      id,
      rule: alertRule,
      severity,
      firedAt,
      factory: factoryId,
      windowMs: Number(details?.['windowMs']) || 0,
    };
    const factory = await openFactory(factoryId, context);
    const since = Date.parse(firedAt) - alert.windowMs - metricDelayMs;
    const found = await queryAll(
      factory.api,
      'POST',
      { service, path: `${factory.path}/queryPipelineRuns`, version, entry: pipelineRunShape },
      {
        ...window(context.host.now(), since),
        filters: [{ operand: 'Status', operator: 'Equals', values: ['Failed'] }],
        orderBy: [{ orderBy: 'RunEnd', order: 'DESC' }],
      },
    );
    const wanted = found.filter(
      ({ pipelineName }) => !pipelines || pipelines.length === 0 || pipelines.includes(pipelineName ?? ''),
    );
    const provider = pipelineRuns(factoryKind, factory, context.host);
    const runs: RunReport[] = [];
    for (const { runId } of wanted.slice(0, maxRuns).reverse()) runs.push(await readRun(context.host, provider, runId));
    return runs.map((run) => eventOf(`${run.id}:failed`, run, alert));
  },
  example: (now) => ({
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId:
          '/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.AlertsManagement/alerts/example',
        originAlertId: `example-${now.getTime()}`,
        alertRule: 'Pipelines failed',
        severity: 'Sev2',
        signalType: 'Metric',
        monitorCondition: 'Fired',
        monitoringService: 'Platform',
        alertTargetIDs: [
          '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/data-platform/providers/microsoft.datafactory/factories/contoso-factory',
        ],
        firedDateTime: now.toISOString(),
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        conditionType: 'SingleResourceMultipleMetricCriteria',
        condition: {
          windowSize: 'PT5M',
          allOf: [
            {
              metricName: 'PipelineFailedRuns',
              metricNamespace: 'Microsoft.DataFactory/factories',
              operator: 'GreaterThan',
              threshold: '0',
              timeAggregation: 'Total',
              dimensions: [],
              metricValue: 1,
            },
          ],
        },
      },
    },
  }),
});
