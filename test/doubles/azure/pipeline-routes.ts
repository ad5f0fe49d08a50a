import type { SandboxContext } from '../server/context.ts';
import { empty, json } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Answer } from '../server/vendor.ts';
import { page } from './pages.ts';
import { etagOf, pipelineResource } from './pipeline-definition.ts';
import type { PipelineEngine } from './pipeline-engine.ts';
import { showActivities, showRun } from './pipeline-run.ts';
import { query } from './query.ts';
import type { TriggerEngine } from './trigger-engine.ts';

/** The differences between Data Factory and Synapse. */
export interface PipelineRoutesOptions {
  context: SandboxContext;
  engine: PipelineEngine;
  triggers: TriggerEngine;
  /** Prefix of every route. */
  start: string;
  /** Resource ID of the factory or workspace. */
  resource: string;
  /** Resource type of a pipeline and of a trigger. */
  types: { pipeline: string; trigger: string };
  /** Status of a successful start: 200 in Data Factory, 202 in Synapse. */
  startedStatus: number;
  /** Only Data Factory can start from the failed activity. */
  startsFromFailure: boolean;
  /** Route of a run's activities; in Synapse it contains the pipeline name. */
  activitiesRoute: string;
  /** URL of the requested path with another query. */
  link(request: SandboxRequest, query: Record<string, string>): string;
}

const isTrue = (request: SandboxRequest, name: string): boolean => request.query.get(name)?.toLowerCase() === 'true';

/** The routes for pipelines, their runs and their triggers. */
export function pipelineRoutes(options: PipelineRoutesOptions): Record<string, Answer> {
  const { context, engine, triggers, start, resource, types } = options;
  const now = () => context.clock.now();

  const list = (request: SandboxRequest, entries: Record<string, unknown>[]) => {
    const { value, next } = page(entries, request.query.get('$skiptoken'));
    const version = request.query.get('api-version') ?? '';
    return json(
      200,
      next ? { value, nextLink: options.link(request, { 'api-version': version, $skiptoken: next }) } : { value },
    );
  };

  const switchTrigger = (to: boolean) => (request: SandboxRequest) => {
    const operation = triggers.switch(parameter(request, 'triggerName'), to);
    if (!operation) return empty(200);
    const version = request.query.get('api-version') ?? '';
    const location = options.link(request, { 'api-version': version, operation });
    return empty(202, {
      location: location.replace(/\/triggers\/[^?]*/, `/operationresults/${operation}`),
      'retry-after': '1',
    });
  };

  return {
    [`GET ${start}/pipelines`]: (request) =>
      list(
        request,
        engine.pipelines.map((pipeline) => pipelineResource(resource, types.pipeline, pipeline)),
      ),
    [`GET ${start}/pipelines/{pipelineName}`](request) {
      const pipeline = engine.pipeline(parameter(request, 'pipelineName'));
      if (request.headers['if-none-match'] === etagOf(pipeline)) return empty(304);
      return json(200, pipelineResource(resource, types.pipeline, pipeline), { etag: etagOf(pipeline) });
    },
    [`POST ${start}/pipelines/{pipelineName}/createRun`](request) {
      const reference = request.query.get('referencePipelineRunId');
      const startActivity = request.query.get('startActivityName');
      const run = engine.start(parameter(request, 'pipelineName'), {
        parameters: readJson(request),
        isRecovery: isTrue(request, 'isRecovery'),
        ...(reference ? { reference: engine.run(reference) } : {}),
        ...(startActivity ? { startActivity } : {}),
        startFromFailure: options.startsFromFailure && isTrue(request, 'startFromFailure'),
      });
      return json(options.startedStatus, { runId: run.id });
    },
    [`GET ${start}/pipelineruns/{runId}`]: (request) =>
      json(200, showRun(engine.run(parameter(request, 'runId')), now())),
    [`POST ${start}/pipelineruns/{runId}/cancel`](request) {
      engine.cancel(engine.run(parameter(request, 'runId')), isTrue(request, 'isRecursive'));
      return empty(200);
    },
    [`POST ${start}/queryPipelineRuns`]: (request) =>
      json(
        200,
        query(
          engine.visibleRuns().map((run) => showRun(run, now())),
          readJson(request),
          'lastUpdated',
        ),
      ),
    [`POST ${start}${options.activitiesRoute}`]: (request) =>
      json(
        200,
        query(showActivities(engine.run(parameter(request, 'runId')), now()), readJson(request), 'activityRunStart'),
      ),
    [`GET ${start}/triggers`]: (request) => list(request, triggers.list(resource, types.trigger)),
    [`POST ${start}/querytriggers`]: () => json(200, { value: triggers.list(resource, types.trigger) }),
    [`GET ${start}/triggers/{triggerName}`]: (request) =>
      json(200, triggers.show(parameter(request, 'triggerName'), resource, types.trigger)),
    [`POST ${start}/triggers/{triggerName}/start`]: switchTrigger(true),
    [`POST ${start}/triggers/{triggerName}/stop`]: switchTrigger(false),
    [`GET ${start}/operationresults/{operation}`]: (request) =>
      triggers.isDone(parameter(request, 'operation'))
        ? empty(200)
        : empty(202, {
            location: options.link(request, { 'api-version': request.query.get('api-version') ?? '' }),
            'retry-after': '1',
          }),
    [`POST ${start}/queryTriggerRuns`]: (request) =>
      json(200, query(triggers.showRuns(), readJson(request), 'triggerRunTimestamp')),
    [`POST ${start}/triggers/{triggerName}/triggerRuns/{runId}/rerun`](request) {
      triggers.rerun(parameter(request, 'triggerName'), parameter(request, 'runId'));
      return empty(200);
    },
    [`POST ${start}/triggers/{triggerName}/triggerRuns/{runId}/cancel`](request) {
      triggers.cancelRun(parameter(request, 'triggerName'), parameter(request, 'runId'));
      return empty(200);
    },
  };
}
