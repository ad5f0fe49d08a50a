import * as v from 'valibot';
import { clientCredentialsToken } from '../../auth/client-credentials.ts';
import type { HttpResponse } from '../../host/http.ts';
import { shownText } from '../../http/answer-shape.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { QuantemplateConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Quantemplate';

const loginHint =
  'Check the client ID and the client secret in the connection, or ask Quantemplate Support for new ones.';

const hints: Record<number, string> = {
  401: loginHint,
  403: 'In Quantemplate, share the dataset or pipeline with the API user of this connection; to upload, as “Can edit”.',
  404: 'Check the ID, and the organisation ID in the connection. What is not shared with the API user may also count as not there.',
};

/** Refusals come as plain text, except that 404 names what was looked for as JSON. */
function readProblem({ status, text }: HttpResponse): VendorProblem {
  const hint = hints[status];
  const message =
    status === 404 ? 'there is no such dataset, pipeline, run or output' : /^\s*[<{[]/.test(text) ? '' : text;
  return { message, ...(hint === undefined ? {} : { hint }) };
}

const loginProblemShape = v.object({ error: shownText, error_description: shownText });

function readLoginProblem({ text }: HttpResponse): VendorProblem {
  try {
    const { error, error_description: description } = v.parse(loginProblemShape, JSON.parse(text));
    return { message: description ?? error ?? '', hint: loginHint };
  } catch {
    return { hint: 'Check the login address in the connection.' };
  }
}

/**
 * A token of the API user.
 * @param renew do not use the one in the cache
 * @see https://quantemplate.readme.io/
 */
export function quantemplateToken(
  { connection, host }: Context<QuantemplateConnection>,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const { clientId, clientSecret } = connection;
  const tokenUrl = baseUrl(connection.loginUrl, 'Login Address');
  return clientCredentialsToken(
    host,
    { service, tokenUrl, clientId, clientSecret, readProblem: readLoginProblem },
    renew,
    endsAt,
  );
}

/** The part of the interface that belongs to the connection's organisation. */
export function openOrganisation(context: Context<QuantemplateConnection>): Api {
  const { connection, host } = context;
  return openApi({
    service,
    baseUrl: `${baseUrl(connection.apiUrl, 'API Address')}/organisations/${encodeURIComponent(connection.organisationId)}`,
    host,
    readProblem,
    authorize: async (renew, endsAt) => ({
      authorization: `Bearer ${await quantemplateToken(context, renew, endsAt)}`,
    }),
  });
}
