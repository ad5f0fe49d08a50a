import { PipewrightError } from '../../host/error.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../operations/context.ts';
import type { SlackConnection } from './connection.ts';
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

/**
 * Posts once. An answer that never came may hide a message that was posted, so nobody is told to try again.
 * @param what what may have been posted, for the message: `the message`
 */
export async function postOnce<T>(what: string, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!(error instanceof PipewrightError) || error.code !== 'unavailable' || error.unsent) throw error;
    throw new PipewrightError({
      code: 'unavailable',
      service,
      message: `Slack did not say whether it posted ${what}.`,
      hint: 'Look into the channel before you run this step again.',
      retryable: false,
      cause: error,
    });
  }
}
