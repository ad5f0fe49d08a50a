import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import { hashOf } from '../../host/hash-of.ts';
import type { HttpResponse } from '../../host/http.ts';
import { asUnsent } from '../../http/api.ts';
import { parseExact } from '../../http/exact-json.ts';
import { runIdShape } from '../../http/response-schema.ts';
import { runReference } from '../../runs/report.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { startKeyOf, type KeyChoices, type StartKey } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { baseUrlOf, openTool } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { fillPath } from './fill-template.ts';
import type { Job } from './job.ts';
import { lastEnd } from './read-tool-run.ts';
import { missingIn, valueAt, wordAt } from './read-value.ts';
import { callOf, toolRuns } from './tool-runs.ts';

/** The key as tools get it; also their ID of the run if they accept one. */
const keyText = ({ tag }: StartKey): string => `pipewright-${tag}`;

/** The JSON of a response; undefined if it is empty or no JSON. */
function jsonOf({ text: body }: HttpResponse): unknown {
  try {
    return body.trim() === '' ? undefined : parseExact(body);
  } catch {
    return undefined;
  }
}

/** The last segment of the URL in the Location header. */
function idInLocation({ headers }: HttpResponse): string | undefined {
  const path = (headers['location'] ?? '').replace(/[?#].*$/, '').replace(/\/+$/, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return last === '' ? undefined : decodeURIComponent(last);
  } catch {
    return last;
  }
}

/**
 * The ID of a started run, and where it was.
 * @throws PipewrightError `unexpected-response` without an ID; the job may have started
 */
function readRunId({ template: { runId, tool } }: Job, response: HttpResponse, key: StartKey, next?: string) {
  if (next !== undefined)
    return { id: next, readAs: `${tool} returns no run ID: a later end than ${next} is its end.` };
  if (runId.from === 'request') return { id: keyText(key), readAs: `The run ID ${keyText(key)} is the start key.` };
  const json = jsonOf(response);
  const isBody = runId.from === 'body';
  const found = v.safeParse(runIdShape, isBody ? valueAt(json, runId.field) : idInLocation(response));
  if (!found.success)
    throw missingIn(tool, isBody ? `run ID at “${runId.field}”` : 'run ID in the Location header', json);
  const id = found.output;
  return { id, readAs: `The run ID ${id} is ${isBody ? `the value of “${runId.field}”` : 'in the Location header'}.` };
}

/** How long the content of a start is remembered, in seconds. */
const rememberedSeconds = 3 * 24 * 3600;

/**
 * Refuses a Start Key that belongs to another job: the same request of a custom tool may start different jobs, depending on its
 * body and its headers.
 * @throws PipewrightError `conflict`
 */
async function checkKey({ host, connection }: Context<RestJobConnection>, job: Job, key: StartKey) {
  const { template, what, isDescribed } = job;
  if (key.source !== 'user' || !isDescribed) return;
  const cacheKey = `rest-job:${hashOf(baseUrlOf(connection), what, key.key)}`;
  const content = hashOf(template.start.bodyText, template.headers);
  const earlier = await host.cache.get(cacheKey);
  if (typeof earlier === 'string' && earlier !== content)
    throw new PipewrightError({
      code: 'conflict',
      service: template.tool,
      message: `A run of ${what} was started under this “Start Key” with another “Start Body” or other “Headers”.`,
      hint: 'If it is another job, enter a “Job Name” in each of the steps. If it is the same job, keep values that change, such as the current time, out of both.',
    });
  await host.cache.set(cacheKey, content, rememberedSeconds);
}

/**
 * The ID of the next run of a tool without run IDs; undefined for any other tool.
 * @throws PipewrightError `conflict` if the job is active, because its end would be taken for that of the new run
 */
async function nextId({ template }: Job, readJob: () => Promise<unknown>): Promise<string | undefined> {
  const { runId, run: shape, tool } = template;
  if (runId.from !== 'lastEnd') return undefined;
  const job = await readJob();
  const active = shape.status.map((field) => wordAt(job, field)).find((word) => word !== undefined);
  if (active !== runId.active) return lastEnd(shape, job);
  throw new PipewrightError({
    code: 'conflict',
    service: tool,
    message: `The job already runs (status “${active}”), and ${tool} cannot tell two of its runs apart.`,
    hint: 'Run this step again when it has finished.',
  });
}

/**
 * Starts a run, or finds the run that was started under the same key.
 * @throws PipewrightError `conflict` if the key belongs to another job, or if the tool cannot tell a second run apart
 */
export async function startToolRun(
  job: Job,
  input: KeyChoices & { reuseActiveRun: boolean },
  context: Context<RestJobConnection>,
): Promise<Run> {
  const { host } = context;
  const { template, variables, what } = job;
  const { start: request, sameRunForSameKey, runId, tool } = template;
  const provider = toolRuns(context, job);
  const startKey = startKeyOf(host, input, what);
  await checkKey(context, job, startKey);
  const isRepeatable = sameRunForSameKey || (runId.from === 'request' && runId.isUnique);
  const withKey = (key: StartKey) => ({ ...variables, startKey: keyText(key) });

  let next: string | undefined;

  const start = async (key: StartKey): Promise<Run> => {
    next = await nextId(job, provider.readJob).catch(asUnsent);
    try {
      const response = await openTool(context, tool).send(request.method, fillPath(request.path, withKey(key)), {
        ...callOf(request, job, withKey(key)),
        effect: isRepeatable ? 'idempotent' : 'unsafe',
      });
      const { id, readAs } = readRunId(job, response, key, next);
      return { ...runReference({ id, service: tool, name: what, status: 'queued' }), readAs };
    } catch (error) {
      // The tool already has a run with this ID: an earlier start under the same key, whose confirmation was lost.
      const exists = runId.from === 'request' && error instanceof PipewrightError && error.code === 'conflict';
      const run = exists ? await provider.get(keyText(key)).catch(() => undefined) : undefined;
      if (run) return run;
      throw error;
    }
  };
  const findById = async (key: StartKey): Promise<Run | undefined> => {
    try {
      return await provider.get(keyText(key));
    } catch (error) {
      if (error instanceof PipewrightError && error.code === 'not-found') return undefined;
      throw error;
    }
  };
  /** The run of a start that was not confirmed: the job is active, or has ended since. */
  const findNext = async (): Promise<Run | undefined> => {
    const run = next === undefined ? undefined : await provider.get(next);
    return run && (run.status === 'running' || isFinished(run.status)) ? run : undefined;
  };
  return startOnce(host, {
    provider,
    startKey,
    reuseActiveRun: input.reuseActiveRun,
    parameters: job.parameters,
    start,
    isIdempotent: isRepeatable,
    ...(runId.from === 'request'
      ? { findByKey: findById }
      : runId.from === 'lastEnd'
        ? { findLost: findNext }
        : sameRunForSameKey
          ? { findLost: start }
          : {}),
  });
}
