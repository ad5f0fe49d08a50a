import { httpLoginHeaders } from '../../auth/http-login.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrlOfPage } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { WebAddressConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Web Address';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check the authentication method, token or password in the credential.',
    zapier: 'Check the authentication method, token or password in the connection.',
  },
  403: 'Ask the owner of the website for access to the file.',
  404: 'Check “File URL”: open it in a browser.',
};

/** Error pages are made for browsers, so only the status is reported. */
function readProblem({ status }: HttpResponse): VendorProblem {
  const message = status >= 300 && status < 400 ? 'a redirect without a URL' : `status ${status}`;
  return { message, ...withoutUndefined({ hint: hints[status] }) };
}

/** The origin of the website, without a trailing slash. */
export function websiteOf({ website }: WebAddressConnection): string {
  return baseUrlOfPage(website, 'Website', /./);
}

/** Client for the website. Credentials are only sent to its origin. */
export function openWebsite({ connection, host }: Context<WebAddressConnection>): Api {
  const headers = httpLoginHeaders(service, connection);
  return openApi({
    service,
    baseUrl: websiteOf(connection),
    host,
    headers: { accept: '*/*' },
    readProblem,
    authorize: async () => headers,
  });
}
