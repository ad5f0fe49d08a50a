import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import { displayText } from '../../http/response-schema.ts';
import { authorize } from './authorize.ts';
import type { RestJobConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'REST Job';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check Authentication and the access token, API key or password in the credential. It may have expired.',
    zapier: 'Check Authentication and the access token, API key or password in the connection. It may have expired.',
  },
  403: 'Grant the permission to the account, or use a token of an account that has it.',
  404: {
    n8n: 'Check the Job ID or the path of the request, the Run ID, and the Base URL in the credential.',
    zapier: 'Check the Job ID or the path of the request, the Run ID, and the Base URL in the connection.',
  },
  405: 'Check the method of the request: the tool does not accept it at this path.',
};

/** Error responses of FastAPI (`detail`) and RFC 9457 (`detail`, `title`). */
const detailShape = v.object({ detail: displayText, title: displayText });

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  const common = readCommonProblem(response);
  if (common.message && !/^\s*[{[]/.test(common.message)) return { ...common, ...withoutUndefined({ hint }) };
  try {
    const { detail, title } = v.parse(detailShape, JSON.parse(response.text));
    return withoutUndefined({ message: detail ?? title ?? common.message, hint });
  } catch {
    return withoutUndefined({ hint });
  }
}

/** The base URL without a trailing slash. */
export const baseUrlOf = (connection: RestJobConnection): string => baseUrl(connection.baseUrl, 'Base URL');

/**
 * Client for the API of a tool. Requests and redirects never leave the host of the base URL.
 * @param tool display name, for errors
 */
export function openTool(context: Context<RestJobConnection>, tool: string = service): Api {
  const { connection, host } = context;
  return openApi({
    service: tool,
    baseUrl: baseUrlOf(connection),
    host,
    readProblem,
    staysOnOrigin: true,
    authorize: (renew, endsAt) => authorize(tool, context, readProblem, renew, endsAt),
  });
}

/** Logs in without calling the API. @throws PipewrightError if the login fails */
export async function logIn(context: Context<RestJobConnection>): Promise<void> {
  await authorize(service, context, readProblem, true);
}
