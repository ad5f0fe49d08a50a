import type { Host } from '../../../host/host.ts';
import { isObject } from '../../../host/is-object.ts';
import { text } from '../../../define/fields.ts';
import type { RunProvider } from '../../../runs/provider.ts';
import { recentRunChoices } from '../../../runs/run-choices.ts';
import type { Run, Step } from '../../../runs/run.ts';
import { queryAll } from '../pages.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { pipelineCauses } from './known-causes.ts';
import { lastAttempts } from './last-attempts.ts';
import {
  activityRunShape,
  isStartedByCall,
  pipelineRunShape,
  readActivityRun,
  readPipelineRun,
  window,
  type VendorPipelineRun,
} from './pipeline-run.ts';
import { markHandled } from './unhandled-failure.ts';

/** Field for the run ID. */
export function runField(kind: PipelineHomeKind) {
  const { studio } = kind;
  return text({
    label: 'Run ID',
    help: `Select a recent run, or enter the Run ID from a previous step or the URL of the run in ${studio.name}.`,
    placeholder: '2f7fdb90-5df1-4b8e-ac2f-064cfa58202b',
    choices: recentRunChoices<AzureConnection>([kind.key], async (input, context) =>
      pipelineRuns(kind, await openHome(kind, input, context), context.host).recent(),
    ),
    idFromUrl: { pattern: /pipelineruns\/([0-9a-f-]{36})/i, example: studio.runPage },
  });
}

/** The type of `runField`. */
export type RunField = ReturnType<typeof runField>;

/** Maximum depth to which a failure is traced through Execute Pipeline activities. */
const maxDepth = 5;

/** The child run that an Execute Pipeline activity waited for. */
function childOf({ type, output }: Step): { id: string; name: string } | undefined {
  const { pipelineRunId, pipelineName } = isObject(output) ? output : {};
  if (type !== 'ExecutePipeline' || typeof pipelineRunId !== 'string') return undefined;
  return { id: pipelineRunId, name: typeof pipelineName === 'string' ? pipelineName : '' };
}

/** Default limits for recent runs. */
const recentLimits = { maxAgeMs: 7 * 24 * 3_600_000, maxRuns: 100 };

/** Pipeline runs of a factory or workspace, of one pipeline or all. */
export interface PipelineRuns extends RunProvider {
  /** @param since start of the time range in milliseconds since 1970. Default: the newest 100 runs of the last week */
  recent(since?: number): Promise<Run[]>;
}

/** Pipeline runs of a factory or workspace, optionally of one pipeline. */
export function pipelineRuns(kind: PipelineHomeKind, home: PipelineHome, host: Host, pipeline?: string): PipelineRuns {
  const { service, version } = kind;
  const { api, path } = home;
  const query = { 'api-version': version };
  const runPath = (id: string): string => `${path}/pipelineruns/${encodeURIComponent(id)}`;
  const readRun = (run: VendorPipelineRun): Run => readPipelineRun(service, run, home.runPage(run.runId));
  const readRecent = (since?: number): Promise<VendorPipelineRun[]> => {
    const filters = pipeline ? { filters: [{ operand: 'PipelineName', operator: 'Equals', values: [pipeline] }] } : {};
    const body = {
      ...window(host.now(), since ?? host.now() - recentLimits.maxAgeMs),
      ...filters,
      orderBy: [{ orderBy: 'RunStart', order: 'DESC' }],
    };
    return queryAll(
      api,
      'POST',
      { service, path: `${path}/queryPipelineRuns`, version, entry: pipelineRunShape },
      body,
      since === undefined ? recentLimits.maxRuns : undefined,
    );
  };
  return {
    service,
    namespace: `${api.baseUrl}${path}`,
    knownCauses: pipelineCauses,
    displayName: pipeline ? `pipeline ${pipeline}` : `the ${kind.noun} ${home.name}`,
    async get(id, { endsAt } = {}) {
      return readRun(await api.json('GET', runPath(id), pipelineRunShape, { query, endsAt }));
    },
    async recent(since) {
      return (await readRecent(since)).map(readRun);
    },
    async startedByCall() {
      return (await readRecent()).filter(isStartedByCall).map(readRun);
    },
    async cancel(id) {
      await api.send('POST', `${runPath(id)}/cancel`, {
        query: { ...query, isRecursive: true },
        effect: 'idempotent',
        afterStop: true,
      });
    },
    async steps(run) {
      const since = Date.parse(run.startedAt ?? '') || host.now();
      const body = window(host.now(), since - 24 * 3_600_000);
      const read = async (of: { id: string; name: string }, depth: number): Promise<Step[]> => {
        const activities = await queryAll(
          api,
          'POST',
          { service, path: home.activityRunsPath(of), version, entry: activityRunShape },
          body,
        );
        const steps = lastAttempts(activities)
          .map(readActivityRun)
          .sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
        return (await Promise.all(steps.map(async (step) => [...(await childFailures(step, depth)), step]))).flat();
      };
      // Failures in a child run come before the activity that started it, so the first failure is the cause.
      const childFailures = async (step: Step, depth: number): Promise<Step[]> => {
        const child = step.status === 'failed' && depth < maxDepth ? childOf(step) : undefined;
        const steps = child ? await read(child, depth + 1).catch((): Step[] => []) : [];
        return steps
          .filter(({ status }) => status === 'failed')
          .map((failed) => ({ ...failed, name: `${step.name} › ${failed.name}` }));
      };
      return markHandled(run, await read(run, 0));
    },
  };
}
