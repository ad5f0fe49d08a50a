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
 * Slack's Web API: a path is `/` with the name of a method.
 * @see https://docs.slack.dev/apis/web-api/
 */
export function openSlack({ connection, host }: Context<SlackConnection>): Api {
  return openApi({
    service,
    baseUrl: baseUrl(connection.address, 'Address'),
    host,
    readStatus,
    readProblem,
    authorize: async () => ({ authorization: `Bearer ${connection.botToken.trim()}` }),
  });
}

/** What an answer of Slack looks like, besides what a method adds. */
export function slackShape<T extends v.ObjectEntries>(entries: T) {
  return v.object({ ok: v.literal(true), ...entries });
}

/** The timestamp of a message, which identifies it in its channel. */
export const timestampShape = v.pipe(v.string(), v.regex(/^\d+\.\d+$/));

/**
 * Posts once. A lost or odd answer may hide a message that was posted, so nothing is posted again.
 * @param what what may have been posted, for the message: `the message`
 */
export async function postOnce<T>(what: string, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    throw new PipewrightError({
      code: error.code === 'unexpected-answer' ? 'unexpected-answer' : 'unavailable',
      service,
      message: `Slack did not confirm whether it posted ${what}.`,
      hint: 'Look at the channel before you run this step again: it may be there already.',
      retryable: false,
      cause: error,
    });
  }
}
