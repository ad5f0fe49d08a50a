import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import { isUncertain } from '../../runs/start-once.ts';
import type { SlackConnection } from './connection-fields.ts';
import { readProblem, readStatus } from './problems.ts';

/** The display name of the service. */
export const service = 'Slack';

/**
 * Client of Slack's Web API; each path is `/` and a method name.
 * @see https://docs.slack.dev/apis/web-api/
 */
export function openSlack({ connection, host }: Context<SlackConnection>): Api {
  return openApi({
    service,
    baseUrl: baseUrl(connection.address, 'API URL'),
    host,
    readStatus,
    readProblem,
    authorize: async () => ({ authorization: `Bearer ${connection.botToken.trim()}` }),
  });
}

/** A successful response with the fields of a method. */
export function slackShape<T extends v.ObjectEntries>(entries: T) {
  return v.object({ ok: v.literal(true), ...entries });
}

/** A message timestamp, which identifies the message in its channel. */
export const timestampShape = v.pipe(v.string(), v.regex(/^\d+\.\d+$/));

/**
 * Posts once: a request without a readable response may have posted the message, so it is not retried.
 * @param what noun for the error message: `the message`
 */
export async function postOnce<T>(what: string, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    throw new PipewrightError({
      code: error.code === 'unexpected-response' ? 'unexpected-response' : 'unavailable',
      service,
      message: `Slack did not confirm whether it posted ${what}.`,
      hint: 'Check the channel before you run this step again, to avoid a duplicate.',
      retryable: false,
      cause: error,
    });
  }
}
