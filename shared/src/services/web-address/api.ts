import { httpLoginHeaders } from '../../auth/http-login.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrlOfPage } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import type { WebAddressConnection } from './connection-fields.ts';
import { statusProblem } from '../../http/status-problem.ts';

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
    readProblem: statusProblem(hints),
    authorize: async () => headers,
  });
}
