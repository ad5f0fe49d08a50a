import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import type { HttpRequest, HttpResponse } from '../../host/http.ts';
import { checkAnswer, shown, shownText, type Answered, type AnswerShape } from '../../http/answer-shape.ts';
import { openApi, type Api, type Call } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { DbtConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'dbt';

const hints: Record<number, string> = {
  401: 'Check the API token in the connection, and that the access URL is the one of your account: tokens are only known in their own region.',
  403: 'The token is not allowed to do this. Give its service token or user the permission in Account Settings; webhooks need a permission and a plan that includes them.',
  404: 'Check the ID, and in the connection the account ID and the access URL.',
};

const problemShape = v.object({
  status: shown(v.object({ user_message: shownText, developer_message: shownText })),
  data: shown(v.union([v.string(), v.object({ reason: shownText })])),
});

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  const advice = hint === undefined ? {} : { hint };
  try {
    const { status, data } = v.parse(problemShape, JSON.parse(response.text));
    const reason = typeof data === 'string' ? data : data?.reason;
    const said = [status?.user_message, reason ?? status?.developer_message].filter(
      (part) => part !== undefined && part !== '',
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

/** What dbt wraps around every answer except artifacts. */
export function enveloped<S extends AnswerShape>(shape: S) {
  return v.object({
    data: shape,
    extra: shown(v.object({ pagination: shown(v.object({ total_count: shown(v.number()) })) })),
  });
}

/**
 * Calls dbt and takes the answer out of its envelope.
 * @throws PipewrightError `unexpected-answer` when its content has another shape
 */
export async function callDbt<S extends AnswerShape>(
  context: Context<DbtConnection>,
  method: HttpRequest['method'],
  path: string,
  shape: S,
  call?: Call,
): Promise<Answered<S>> {
  const { data } = await openDbt(context).json(method, path, enveloped(v.unknown()), call);
  return checkAnswer(shape, data, service);
}
