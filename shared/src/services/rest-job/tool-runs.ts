import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import { redact } from '../../host/redact.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Call } from '../../http/api.ts';
import { anyResponse } from '../../http/response-schema.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { maxRunDurationMs } from '../../runs/run-finished.ts';
import { baseUrlOf, openTool } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { fillPath } from './fill-template.ts';
import type { Job } from './job.ts';
import type { RequestTemplate } from './job-template.ts';
import { callFor, readList } from './read-list.ts';
import { missingIn, textAt, valueAt, wordAt } from './read-value.ts';
import { readToolRun } from './read-tool-run.ts';
import { statusChecker, unlistedNote, unlistedStatus } from './status-checker.ts';

/** How many lines at the end of a log explain a failed run, and how long they may be. */
const logTail = { lines: 20, characters: 2_000 };

/** The last lines of a log, without secrets. */
function tailOf(log: string): string {
  const lines = redact(log).trimEnd().split(/\r?\n/).slice(-logTail.lines).join('\n');
  return lines.slice(-logTail.characters);
}

/** The options of a call for a request of a job. */
export function callOf(request: RequestTemplate, job: Job, variables: Record<string, unknown> = {}): Call {
  return callFor(request, job.template, { ...job.variables, ...variables });
}

/** The runs of a job. */
export interface ToolRuns extends RunProvider {
  /** Reads the state of a job whose tool has no run IDs. */
  readJob(): Promise<unknown>;
  /**
   * Reads the runs that may have finished since a time; may include others.
   * @param since milliseconds since 1970
   */
  finished(since: number): Promise<Run[]>;
}

/** The runs of a job as a run provider. */
export function toolRuns(context: Context<RestJobConnection>, job: Job): ToolRuns {
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
    namespace: base,
    displayName: what,
    get,
    readJob: () => read(undefined),
    async finished(since) {
      const list = template.finished;
      if (!list) throw cannotList(tool);
      const first = new Date(since - maxRunDurationMs);
      const times = { since: new Date(since).toISOString(), startedSince: first.toISOString() };
      const runs: Run[] = [];
      for await (const entries of readList(api, template, list, { ...variables, ...times })) {
        for (const entry of entries) {
          const id = shape.id === undefined ? undefined : wordAt(entry, shape.id);
          runs.push(readToolRun(shape, entry, { tool, what, url: id === undefined ? undefined : pageOf(id) }));
        }
        // A test in the editor looks for one example in a month.
        if (host.isTest && runs.some(({ status: word }) => isFinished(word))) break;
        // The list is ordered newest first, so what follows began earlier.
        if (list.startsAt && Date.parse(textAt(entries.at(-1), list.startsAt) ?? '') < first.getTime()) break;
      }
      const unlisted = runs.find(({ status: word }) => word === 'unknown');
      if (unlisted) {
        const word = redact(unlisted.vendorStatus.slice(0, 100));
        if (shape.hasAllWords) throw unlistedStatus(tool, word);
        host.log.warn(unlistedNote(tool, word));
      }
      // A run may be on two pages, if the list changes in between. How it was read is no part of an event.
      const byId = new Map(runs.map(({ readAs: _readAs, ...run }) => [run.id, run]));
      return [...byId.values()];
    },
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

/** The error for a tool whose finished runs cannot be listed. */
function cannotList(tool: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `${tool} cannot list its finished runs.`,
    hint: 'Select another “Tool”. If the tool can send webhooks, use the trigger of Signed Webhook.',
  });
}
