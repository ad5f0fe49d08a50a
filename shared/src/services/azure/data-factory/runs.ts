import { text } from '../../../operations/fields.ts';
import type { RunProvider } from '../../../runs/provider.ts';
import type { Context } from '../../../operations/context.ts';
import { cloudOf } from '../api.ts';
import type { AzureConnection } from '../connection.ts';
import { queryAll } from '../pages.ts';
import { readActivityRun, readPipelineRun, window, type VendorActivityRun, type VendorPipelineRun } from '../pipeline-run.ts';
import { service, version, type Factory } from './factory.ts';

/** The field that says which run. */
export const runField = text({
  label: 'Run ID',
  help: 'The ID that a Run Pipeline step gave, or the address of the run in Azure Data Factory Studio.',
  placeholder: '2f7fdb90-5df1-4b8e-ac2f-064cfa58202b',
  idFromUrl: { pattern: /pipelineruns\/([0-9a-f-]{36})/i, example: 'https://adf.azure.com/en/monitoring/pipelineruns/2f7fdb90-5df1-4b8e-ac2f-064cfa58202b?factory=…' },
});

/** The page of a run in Azure Data Factory Studio; undefined in a custom cloud. */
export function runPage(factory: Factory, id: string, connection: AzureConnection): string | undefined {
  const studio = cloudOf(connection).dataFactoryStudio;
  return studio && `${studio}/en/monitoring/pipelineruns/${id}?factory=${encodeURIComponent(factory.id)}`;
}

/** The runs of a factory's pipelines. */
export function pipelineRuns(factory: Factory, { connection, host }: Context<AzureConnection>, pipeline?: string): RunProvider {
  const { api, path } = factory;
  const query = { 'api-version': version };
  return {
    service,
    what: pipeline ? `pipeline ${pipeline}` : `the factory ${factory.name}`,
    async get(id) {
      const run = await api.json<VendorPipelineRun>('GET', `${path}/pipelineruns/${encodeURIComponent(id)}`, { query });
      return readPipelineRun(service, run, runPage(factory, id, connection));
    },
    async cancel(id) {
      await api.send('POST', `${path}/pipelineruns/${encodeURIComponent(id)}/cancel`, { query: { ...query, isRecursive: true }, effect: 'idempotent' });
    },
    async steps(run) {
      const since = Date.parse(run.startedAt ?? '') || host.now();
      const body = window(host.now(), since - 24 * 3_600_000);
      const activities = await queryAll<VendorActivityRun>(api, 'POST', `${path}/pipelineruns/${encodeURIComponent(run.id)}/queryActivityruns`, version, body);
      return activities.map(readActivityRun).sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
    },
  };
}
