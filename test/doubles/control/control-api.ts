import type { DbtOutcome } from '../dbt/dbt-run.ts';
import type { QuantemplateEvent, Receiver } from '../quantemplate/event-sender.ts';
import type { Fault, Faults } from '../server/faults.ts';
import { empty, json, Refusal, text } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { NextRun } from '../server/run-plans.ts';
import type { Vendor } from '../server/vendor.ts';
import type { Controls, DbtStart } from './controls.ts';

/** Names that a page from elsewhere cannot have this server called by. */
const ownHosts = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Refusal(text(400, `“${name}” must be a text.`));
  return value;
}

function outcomeOf(value: unknown): DbtOutcome {
  if (value === 'success' || value === 'error' || value === 'cancelled') return value;
  throw new Refusal(text(400, '“outcome” must be success, error or cancelled.'));
}

function readRule(body: Record<string, unknown>) {
  const match = (body['match'] ?? {}) as Record<string, unknown>;
  const fault = body['fault'] as Fault | undefined;
  const kinds = ['status', 'lost-answer', 'cut', 'slow', 'expire-tokens'];
  if (!fault || !kinds.includes(fault.kind))
    throw new Refusal(text(400, `“fault.kind” must be one of ${kinds.join(', ')}.`));
  let path: RegExp;
  try {
    path = new RegExp(textOf(match, 'path'));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(text(400, '“match.path” is not a regular expression.'));
  }
  const method = match['method'];
  return {
    match: { path, ...(typeof method === 'string' ? { method } : {}) },
    ...(typeof body['times'] === 'number' ? { times: body['times'] } : {}),
    fault,
  };
}

/**
 * The controls for another process, in JSON. So that no web page can use them by way of the browser, the server must be
 * called by its own name and changes must be sent as `application/json`.
 */
export function controlApi(controls: Controls, faults: Faults, describe: () => unknown): Vendor {
  const done = () => empty(204);
  const receiverOf = (body: Record<string, unknown>): Receiver => {
    if (!URL.canParse(textOf(body, 'url'))) throw new Refusal(text(400, '“url” is not an address.'));
    return body as unknown as Receiver;
  };
  const act =
    (work: (body: Record<string, unknown>, request: SandboxRequest) => unknown) => async (request: SandboxRequest) => {
      const result = await work(readJson(request), request);
      return result === undefined ? done() : json(200, result);
    };
  return {
    name: 'control',
    prefix: '/_sandbox',
    admit(request) {
      if (!ownHosts.test(request.headers.host ?? ''))
        throw new Refusal(text(403, 'Call the sandbox by 127.0.0.1 or localhost.'));
      const isJson = /^application\/json/i.test(request.headers['content-type'] ?? '');
      if (request.method === 'POST' && !isJson) throw new Refusal(text(415, 'Send application/json.'));
    },
    unknown: () => text(404, 'The sandbox has no such control.'),
    routes: {
      'GET ': () => json(200, describe()),
      'GET /log': () => json(200, controls.log()),
      'POST /reset': act(() => controls.reset()),
      'POST /durations': act((body) => controls.setDurations(body)),
      'POST /runs/next': act((body) =>
        controls.planRun({
          ...(body as unknown as NextRun),
          service: textOf(body, 'service'),
          name: textOf(body, 'name'),
        }),
      ),
      'POST /faults': act((body) => faults.add(readRule(body))),
      'DELETE /faults': act(() => faults.clear()),
      'POST /tokens/expire': act((body) => controls.expireTokens(body['status'] === 403 ? 403 : 401)),
      'POST /quantemplate/events': act((body) => {
        const { event } = body as { event?: QuantemplateEvent };
        return controls.sendQuantemplateEvent(receiverOf(body), {
          payload: {},
          ...event,
          name: textOf({ ...event }, 'name'),
        });
      }),
      'POST /quantemplate/receivers': act((body) => controls.subscribeToQuantemplate(receiverOf(body))),
      'PUT /quantemplate/datasets/{id}': act((body, request) => {
        const rows = body['rows'];
        const isCount = typeof rows === 'number' && Number.isInteger(rows) && rows >= 0;
        if (!isCount) throw new Refusal(text(400, '“rows” must be a whole number.'));
        return { version: controls.writeDataset(parameter(request, 'id'), rows) };
      }),
      'POST /dbt/runs': act((body) => ({
        runId: controls.startDbtRun({
          ...(body as DbtStart),
          ...(body['outcome'] === undefined ? {} : { outcome: outcomeOf(body['outcome']) }),
        }),
      })),
      'POST /dbt/runs/{id}/finish': act((body, request) =>
        controls.finishDbtRun(Number(parameter(request, 'id')), outcomeOf(body['outcome'])),
      ),
      'POST /dbt/deliveries/next-twice': act(() => controls.deliverNextDbtEventTwice()),
      'POST /dbt/deliveries/{eventId}/again': act((_body, request) =>
        controls.redeliverDbtEvent(parameter(request, 'eventId')),
      ),
      'POST /mode/events': act((body) =>
        controls.sendModeEvent(
          receiverOf(body).url,
          textOf(body, 'event'),
          textOf(body, 'report'),
          textOf(body, 'run'),
        ),
      ),
      'POST /azure/triggers/{name}/fire': act((_body, request) => ({
        triggerRunId: controls.fireTrigger(parameter(request, 'name')),
      })),
    },
  };
}
