import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import type { HttpRequest, HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import {
  parseResponse,
  displayField,
  displayText,
  type Parsed,
  type ResponseSchema,
} from '../../http/response-schema.ts';
import { openApi, type Api, type Call } from '../../http/api.ts';
import { baseUrlOfPage } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { DbtConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'dbt';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check the API token and the Access URL in the credential: a token works only at the Access URL of its own account.',
    zapier:
      'Check the API token and the Access URL in the connection: a token works only at the Access URL of its own account.',
  },
  403: 'Grant the permission to the service token or user under Account settings. Webhooks also require a plan that includes them.',
  404: {
    n8n: 'Check the ID, and the Account ID and Access URL in the credential.',
    zapier: 'Check the ID, and the Account ID and Access URL in the connection.',
  },
};

const problemShape = v.object({
  status: displayField(v.object({ user_message: displayText, developer_message: displayText })),
  data: displayField(v.union([v.string(), v.object({ reason: displayText })])),
});

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  try {
    const { status, data } = v.parse(problemShape, JSON.parse(response.text));
    const reason = typeof data === 'string' ? data : data?.reason;
    const messages = [status?.user_message, reason ?? status?.developer_message].filter(Boolean);
    return withoutUndefined({ message: [...new Set(messages)].join(' '), hint });
  } catch {
    return withoutUndefined({ message: /^\s*</.test(response.text) ? '' : response.text, hint });
  }
}

/** The hosts of dbt, of any region and account. */
const hosted = /\.(?:get)?dbt\.com$/;

/** The access URL without a trailing slash; the path of a pasted page URL is removed. */
export function accessUrl(connection: DbtConnection): string {
  return baseUrlOfPage(connection.accessUrl, 'Access URL', hosted).replace(
    /\/(deploy|develop|explore|dashboard|settings|accounts|home|api)(\/.*)?$/,
    '',
  );
}

/**
 * Checks an ID; all dbt IDs are integers.
 * @throws PipewrightError `invalid-input` naming the field
 */
export function numericId(value: string, label: string): string {
  if (/^\d{1,19}$/.test(value)) return value;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“${label}” must be a number, but is “${value.slice(0, 60)}”.`,
    hint: 'Select it from the list, or copy the number from the URL of its page.',
  });
}

/** The path of the account in an API version, without a trailing slash. */
export function accountPath({ accountId }: DbtConnection, version: 2 | 3 = 2): string {
  return `/api/v${version}/accounts/${numericId(accountId, 'Account ID')}`;
}

/**
 * Client of the dbt Administrative API. Paths of version 2 end with a slash; webhook paths (version 3) do not.
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

/** The envelope of every response except artifacts. */
export function enveloped<S extends ResponseSchema>(shape: S) {
  return v.object({
    data: shape,
    extra: displayField(v.object({ pagination: displayField(v.object({ total_count: displayField(v.number()) })) })),
  });
}

/**
 * Calls dbt and returns the content of the envelope.
 * @throws PipewrightError `unexpected-response` if the content has another shape
 */
export async function callDbt<S extends ResponseSchema>(
  context: Context<DbtConnection>,
  method: HttpRequest['method'],
  path: string,
  shape: S,
  call?: Call,
): Promise<Parsed<S>> {
  const { data } = await openDbt(context).json(method, path, enveloped(v.unknown()), call);
  return parseResponse(shape, data, service);
}
