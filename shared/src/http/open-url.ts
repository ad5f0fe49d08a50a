import { PipewrightError, withDetails } from '../host/error.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { secretMask } from '../host/secret-mask.ts';
import type { Wording } from '../host/wording.ts';
import { openApi } from './api.ts';
import { fileNameOf, responseFile } from './response-file.ts';
import { statusProblem } from './status-problem.ts';

const loginHint: Wording = {
  n8n: 'The URL must be that of a file that requires no login. Otherwise, download the file with an HTTP Request node or a download operation of the service first.',
  zapier:
    'The URL must be that of a file that requires no login. Otherwise, download the file with a step of the service first.',
  cli: 'The URL must be that of a file that requires no login. Otherwise, use webAddress.downloadFile or a download operation of the service.',
};

const expiredHint = 'Check the URL: open it in a browser. The link may have expired.';

const hints: Record<number, Wording> = { 401: loginHint, 403: loginHint, 404: expiredHint, 410: expiredHint };

/** An error without the query of the URL, and with a hint about the URL if the server cannot be reached. */
function withoutQuery(error: unknown, url: URL): unknown {
  const mask = secretMask();
  for (const secret of [url.search.slice(1), ...url.searchParams.values()]) mask.add(secret);
  const unreachable = error instanceof PipewrightError && error.retryable && error.status === undefined;
  return mask.error(unreachable ? withDetails(error, { hint: 'Check the URL and the network.' }) : error);
}

/**
 * Opens a file by its URL, without a login. Retries, resumes interrupted downloads and follows redirects like a client of an
 * API. The query may contain a secret: no error contains it.
 * @param endsAt deadline for the response, in milliseconds since 1970. Default: none
 * @throws PipewrightError without a response, or for a response that is not successful
 */
export async function openUrl(url: URL, host: Host, endsAt?: number): Promise<OpenedFile> {
  const api = openApi({
    service: url.host,
    baseUrl: '',
    host,
    // A body that was compressed in transit has no known length, and cannot be resumed.
    headers: { accept: '*/*', 'accept-encoding': 'identity' },
    readProblem: statusProblem(hints),
    authorize: async () => ({}),
  });
  const answer = await api.stream(url.href, { endsAt }).catch((error: unknown) => {
    throw withoutQuery(error, url);
  });
  return responseFile(answer, fileNameOf(url, answer.headers));
}
