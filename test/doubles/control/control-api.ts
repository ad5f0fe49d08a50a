import type { ControlRoute } from '../server/double.ts';
import type { Fault, Faults } from '../server/faults.ts';
import { empty, json, Refusal, text } from '../server/reply.ts';
import { readJson } from '../server/request.ts';
import type { NextRun } from '../server/run-plans.ts';
import type { Answer, Vendor } from '../server/vendor.ts';
import type { Controls } from './controls.ts';
import { textOf } from './read-body.ts';

/** Host names that a DNS rebinding attack cannot use. */
const localHosts = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

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

/** The controls that do not belong to a vendor. */
function sharedRoutes(controls: Controls, faults: Faults): Record<string, ControlRoute> {
  return {
    'POST /reset': () => controls.reset(),
    'POST /durations': (body) => controls.setDurations(body),
    'POST /runs/next': (body) =>
      controls.planRun({
        ...(body as Partial<NextRun>),
        service: textOf(body, 'service'),
        name: textOf(body, 'name'),
      }),
    'POST /faults': (body) => faults.add(readRule(body)),
    'DELETE /faults': () => faults.clear(),
    'POST /tokens/expire': (body) => controls.expireTokens(body['status'] === 403 ? 403 : 401),
  };
}

/**
 * The controls for another process, as JSON over HTTP. A request must address the server by a local host name and send
 * changes as `application/json`, so that no web page in a browser can use them.
 * @param vendorRoutes routes of the doubles
 * @param describe the accounts and addresses
 */
export function controlApi(
  controls: Controls,
  vendorRoutes: Record<string, ControlRoute>,
  faults: Faults,
  describe: () => unknown,
): Vendor {
  const answer =
    (route: ControlRoute): Answer =>
    async (request) => {
      const result = await route(readJson(request), request);
      return result === undefined ? empty(204) : json(200, result);
    };
  const routes = { ...sharedRoutes(controls, faults), ...vendorRoutes };
  return {
    name: 'control',
    prefix: '/_sandbox',
    admit(request) {
      if (!localHosts.test(request.headers.host ?? ''))
        throw new Refusal(text(403, 'Address the sandbox as 127.0.0.1 or localhost.'));
      const isJson = /^application\/json/i.test(request.headers['content-type'] ?? '');
      if (request.method === 'POST' && !isJson) throw new Refusal(text(415, 'Send application/json.'));
    },
    unknown: () => text(404, 'The sandbox has no such control.'),
    routes: {
      'GET ': () => json(200, describe()),
      'GET /log': () => json(200, controls.log()),
      ...Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, answer(route)])),
    },
  };
}
