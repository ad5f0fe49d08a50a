import { PipewrightError } from '../../host/error.ts';
import type { HttpRequest, HttpResponse } from '../../host/http.ts';
import { openApi, type Api, type Call } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../operations/context.ts';
import type { DbtConnection } from './connection.ts';

/** The display name of the service. */
export const service = 'dbt';

/** How dbt wraps every answer but artifacts. */
export interface Enveloped<T> {
  data: T;
  status?: { code?: number; user_message?: string; developer_message?: string };
  extra?: { pagination?: { count?: number; total_count?: number } };
}

const hints: Record<number, string> = {
  401: 'Check the API token in the connection, and that the access URL is the one of your account: tokens are only known in their own region.',
  403: 'The token is not allowed to do this. Give its service token or user the permission in Account Settings; webhooks need a permission and a plan that includes them.',
  404: 'Check the ID, and in the connection the account ID and the access URL.',
};

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  const advice = hint === undefined ? {} : { hint };
  try {
    const { status, data } = JSON.parse(response.text) as {
      status?: { user_message?: string; developer_message?: string };
      data?: unknown;
    };
    const reason = typeof data === 'string' ? data : (data as { reason?: unknown } | null | undefined)?.reason;
    const said = [status?.user_message, typeof reason === 'string' ? reason : status?.developer_message].filter(
      (part) => typeof part === 'string' && part !== '',
    );
    return { message: [...new Set(said)].join(' '), ...advice };
  } catch {
    return { message: /^\s*</.test(response.text) ? '' : response.text, ...advice };
  }
}

/** The address of the account's dbt, without a slash at its end; a page's path that was pasted along is taken away. */
export function accessUrl(connection: DbtConnection): string {
  return baseUrl(connection.accessUrl, 'Access URL').replace(
    /\/(deploy|develop|explore|dashboard|settings|accounts|home|api)(\/.*)?$/,
    '',
  );
}

/**
 * An ID of dbt, which is always a whole number.
 * @throws PipewrightError `bad-input` that names the field
 */
export function numericId(value: string, label: string): string {
  if (/^\d{1,19}$/.test(value)) return value;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `“${label}” is not a number: ${value.slice(0, 60)}.`,
    hint: 'Pick it from the list, or copy the number from the address of its page.',
  });
}

/** The account's path in a version of the interface, without a slash at its end. */
export function accountPath({ accountId }: DbtConnection, version: 2 | 3 = 2): string {
  return `/api/v${version}/accounts/${numericId(accountId, 'Account ID')}`;
}

/**
 * The interface of dbt. Paths of version 2 end with a slash, those of webhooks do not.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2
 */
export function openDbt({ connection, host }: Context<DbtConnection>): Api {
  return openApi({
    service,
    baseUrl: accessUrl(connection),
    host,
    readProblem,
    authorize: async () => ({ authorization: `Token ${connection.apiToken}` }),
  });
}

/**
 * Calls dbt and takes the answer out of its envelope.
 * @throws PipewrightError `unexpected-answer` when there is nothing in it
 */
export async function callDbt<T>(
  context: Context<DbtConnection>,
  method: HttpRequest['method'],
  path: string,
  call?: Call,
): Promise<T> {
  const answer = await openDbt(context).json<Partial<Enveloped<T>> | undefined>(method, path, call);
  if (answer?.data !== undefined && answer.data !== null) return answer.data;
  throw new PipewrightError({
    code: 'unexpected-answer',
    service,
    message: 'dbt sent an answer without content.',
    hint: 'Check the access URL in the connection.',
  });
}
