import * as v from 'valibot';
import { clientCredentialsToken } from '../../auth/client-credentials.ts';
import type { HttpResponse } from '../../host/http.ts';
import { displayText } from '../../http/response-schema.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl, completeUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { QuantemplateConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Quantemplate';

const loginHint = 'Check the client ID and the client secret, or ask Quantemplate Support for new ones.';

const hints: Record<number, string> = {
  401: loginHint,
  403: 'Share the dataset or pipeline with the API user in Quantemplate. Uploads require “Can edit”.',
  404: 'Check the ID and the organisation ID, and share the dataset or pipeline with the API user in Quantemplate.',
};

/** Errors are plain text; only 404 is JSON. */
function readProblem({ status, text }: HttpResponse): VendorProblem {
  const hint = hints[status];
  const message =
    status === 404 ? 'the dataset, pipeline, run or output was not found' : /^\s*[<{[]/.test(text) ? '' : text;
  return { message, ...(hint === undefined ? {} : { hint }) };
}

const loginProblemShape = v.object({ error: displayText, error_description: displayText });

function readLoginProblem({ text }: HttpResponse): VendorProblem {
  try {
    const { error, error_description: description } = v.parse(loginProblemShape, JSON.parse(text));
    return { message: description ?? error ?? '', hint: loginHint };
  } catch {
    return { hint: 'Check the Token URL.' };
  }
}

/**
 * Gets an access token for the API user.
 * @param renew ignore the cached token
 * @see https://quantemplate.readme.io/
 */
export function quantemplateToken(
  { connection, host }: Context<QuantemplateConnection>,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const { clientId, clientSecret } = connection;
  const tokenUrl = completeUrl(connection.loginUrl, 'Token URL');
  return clientCredentialsToken(
    host,
    { service, tokenUrl, clientId, clientSecret, readProblem: readLoginProblem },
    renew,
    endsAt,
  );
}

/** Opens the API of the organization. */
export function openOrganisation(context: Context<QuantemplateConnection>): Api {
  const { connection, host } = context;
  return openApi({
    service,
    baseUrl: `${baseUrl(connection.apiUrl, 'API URL')}/organisations/${encodeURIComponent(connection.organisationId)}`,
    host,
    readProblem,
    authorize: async (renew, endsAt) => ({
      authorization: `Bearer ${await quantemplateToken(context, renew, endsAt)}`,
    }),
  });
}
