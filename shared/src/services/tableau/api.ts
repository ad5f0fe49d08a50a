import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, type Api } from '../../http/api.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { TableauConnection } from './connection-fields.ts';
import { readProblem } from './problem.ts';
import { isAtLeast, maxSignIns, openSession, service } from './session.ts';

export { service } from './session.ts';

const hints: Record<number, Wording> = {
  403: 'Ask an administrator of the site for the permission. Only site administrators can list jobs, which triggers and Reuse Active Run require.',
  404: 'Check the ID: select the value from the list. The user of the token must be allowed to see it.',
  429: 'Tableau Cloud limits the requests of a site, such as 60 refreshes per hour. Wait, or run this step less often.',
};

const hintsByCode: Record<string, Wording> = {
  '409090': 'Check in Tableau that it has an extract that can be refreshed; one with a live connection has none.',
};

const header = 'x-tableau-auth';

/** A site of Tableau. */
export interface Site {
  /** Client whose paths begin below the site: `/workbooks`. */
  api: Api;
  /** Version of the API: `3.27`. */
  version: string;
}

function readApiProblem(response: HttpResponse): VendorProblem {
  const problem = readProblem(response);
  return withoutUndefined({ ...problem, hint: hintsByCode[problem.code ?? ''] ?? hints[response.status] });
}

/** Tableau also answers 409 if a request is not possible at all; only 409093 means that a job is active already. */
function readStatus(response: HttpResponse): number {
  return response.status === 409 && readProblem(response).code !== '409093' ? 400 : response.status;
}

/**
 * Client of the Tableau REST API for the site of the connection.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api.htm
 */
export async function openSite(context: Context<TableauConnection>, endsAt?: number): Promise<Site> {
  const { address, version, siteId } = await openSession(context, endsAt);
  const api = openApi({
    service,
    baseUrl: `${address}/api/${version}/sites/${encodeURIComponent(siteId)}`,
    host: context.host,
    readProblem: readApiProblem,
    readStatus,
    staysOnOrigin: true,
    maxRenewals: maxSignIns,
    async authorize(_renew, until, rejected) {
      const last = rejected && { token: rejected.headers[header] ?? '', times: rejected.times };
      return { [header]: (await openSession(context, until, last)).token };
    },
  });
  return { api, version };
}

/**
 * Checks that the server knows a feature.
 * @param feature what needs it, at the start of a sentence
 * @throws PipewrightError `invalid-input`
 */
export function requireVersion({ version }: Site, minimum: string, feature: string): void {
  if (isAtLeast(version, minimum)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `${feature} requires version ${minimum} of the Tableau REST API; this server has ${version}.`,
    hint: 'Choose another value, or update Tableau Server.',
  });
}
