import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import { redact } from '../../host/redact.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Call } from '../../http/api.ts';
import { anyResponse } from '../../http/response-schema.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { baseUrlOf, openTool } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { fillBody, fillPath } from './fill-template.ts';
import type { Job } from './job.ts';
import type { RequestTemplate } from './job-template.ts';
import { missingIn, valueAt } from './read-value.ts';
import { readToolRun } from './read-tool-run.ts';
import { statusChecker } from './status-checker.ts';

/** How many lines at the end of a log explain a failed run, and how long they may be. */
const logTail = { lines: 20, characters: 2_000 };

/** The last lines of a log, without secrets. */
function tailOf(log: string): string {
  const lines = redact(log).trimEnd().split(/\r?\n/).slice(-logTail.lines).join('\n');
  return lines.slice(-logTail.characters);
}

/** The options of a call for a request: its body as JSON text. */
export function callOf(request: RequestTemplate, job: Job, variables: Record<string, unknown> = {}): Call {
  const all = { ...job.variables, ...variables };
  return withoutUndefined({ headers: { ...job.template.headers }, jsonText: fillBody(request, all) });
}

/** The runs of a job; `readJob` reads the state of a job whose tool has no run IDs. */
export function toolRuns(context: Context<RestJobConnection>, job: Job): RunProvider & { readJob(): Promise<unknown> } {
  const { connection, host } = context;
  const { template, variables, what } = job;
  const { tool, status, cancel, recent, log, run: shape } = template;
  const base = baseUrlOf(connection);
  const api = openTool(context, tool);
  const pathOf = (path: string, id?: string): string =>
    fillPath(path, { ...variables, ...withoutUndefined({ runId: id }) });
  const pageOf = (id: string): string | undefined => {
    if (template.url === undefined) return undefined;
    const page = pathOf(template.url, id);
    return page.startsWith('/') ? `${base}${page}` : page;
  };

  async function withLog(run: Run, endsAt?: number): Promise<Run> {
    if (log === undefined || run.status !== 'failed') return run;
    try {
      const { text } = await api.send('GET', pathOf(log, run.id), {
        headers: { ...template.headers, accept: '*/*' },
        endsAt,
      });
      const tail = tailOf(text);
      if (tail === '') return run;
      return { ...run, message: run.message ?? tail, details: { ...run.details, log: tail } };
    } catch {
      host.log.info(`${tool}: the log of run ${run.id} is not available.`);
      return run;
    }
  }

  const read = async (id: string | undefined, endsAt?: number): Promise<unknown> => {
    const answer = await api.json(status.method, pathOf(status.path, id), anyResponse, {
      ...callOf(status, job, withoutUndefined({ runId: id })),
      effect: 'safe',
      endsAt,
    });
    const found = status.at === undefined ? answer : valueAt(answer, status.at);
    if (found === undefined) throw missingIn(tool, `run${status.at === undefined ? '' : ` at “${status.at}”`}`, answer);
    return found;
  };

  const checkStatus = statusChecker(job, host);
  const get: RunProvider['get'] = async (id, { endsAt } = {}) => {
    const answer = await read(id, endsAt);
    checkStatus(answer);
    return withLog(readToolRun(shape, answer, { tool, what, url: pageOf(id) }, id), endsAt);
  };

  return {
    service: tool,
    place: base,
    what,
    get,
    readJob: () => read(undefined),
    ...(recent
      ? {
          async recent() {
            const answer = await api.json(recent.method, pathOf(recent.path), anyResponse, {
              ...callOf(recent, job),
              effect: 'safe',
            });
            const list = recent.at === undefined ? answer : valueAt(answer, recent.at);
            if (!Array.isArray(list)) throw missingIn(tool, 'list of runs', answer);
            return list.map((entry: unknown) => readToolRun(shape, entry, { tool, what }));
          },
        }
      : {}),
    async cancel(id) {
      if (!cancel) throw cannotCancel(tool);
      try {
        await api.send(cancel.method, pathOf(cancel.path, id), {
          ...callOf(cancel, job, { runId: id }),
          effect: 'idempotent',
          afterStop: true,
        });
      } catch (error) {
        // Tools reject the cancellation of a run that has just finished.
        const run = await get(id).catch(() => undefined);
        if (!run || !isFinished(run.status)) throw error;
      }
    },
  };
}

/** The error for a run that cannot be canceled. */
export function cannotCancel(tool: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `${tool} has no request that cancels a run.`,
    hint: 'For a custom tool, fill in “Cancel Request”. Otherwise set “On Timeout” to Keep Running, or cancel the run in the tool.',
  });
}
