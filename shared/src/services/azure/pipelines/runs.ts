import type { Host } from '../../../host/host.ts';
import { text } from '../../../operations/fields.ts';
import type { RunProvider } from '../../../runs/provider.ts';
import { queryAll } from '../pages.ts';
import type { PipelineHome, PipelineHomeKind } from './home.ts';
import {
  readActivityRun,
  readPipelineRun,
  window,
  type VendorActivityRun,
  type VendorPipelineRun,
} from './pipeline-run.ts';

/** The field that says which run. */
export function runField({ studio }: PipelineHomeKind) {
  return text({
    label: 'Run ID',
    help: `The ID that a Run Pipeline step gave, or the address of the run in ${studio.name}.`,
    placeholder: '2f7fdb90-5df1-4b8e-ac2f-064cfa58202b',
    idFromUrl: { pattern: /pipelineruns\/([0-9a-f-]{36})/i, example: studio.runPage },
  });
}

/** A field as `runField` makes it. */
export type RunField = ReturnType<typeof runField>;

/** The runs of the pipelines of a factory or workspace. */
export function pipelineRuns(kind: PipelineHomeKind, home: PipelineHome, host: Host, pipeline?: string): RunProvider {
  const { service, version } = kind;
  const { api, path } = home;
  const query = { 'api-version': version };
  const runPath = (id: string): string => `${path}/pipelineruns/${encodeURIComponent(id)}`;
  return {
    service,
    what: pipeline ? `pipeline ${pipeline}` : `the ${kind.noun} ${home.name}`,
    async get(id) {
      const run = await api.json<VendorPipelineRun>('GET', runPath(id), { query });
      return readPipelineRun(service, run, home.runPage(id));
    },
    async cancel(id) {
      await api.send('POST', `${runPath(id)}/cancel`, { query: { ...query, isRecursive: true }, effect: 'idempotent' });
    },
    async steps(run) {
      const since = Date.parse(run.startedAt ?? '') || host.now();
      const body = window(host.now(), since - 24 * 3_600_000);
      const activities = await queryAll<VendorActivityRun>(api, 'POST', home.activityRunsPath(run), version, body);
      return activities.map(readActivityRun).sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
    },
  };
}
