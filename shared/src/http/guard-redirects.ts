import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { HttpRequest, HttpResponse } from '../host/http.ts';
import { closeStream } from './close-stream.ts';

const maxRedirects = 5;

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

const isLocal = ({ hostname }: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);

/** Whether a response is a redirect. */
export function isRedirect({ status, headers }: HttpResponse): boolean {
  return redirectStatuses.includes(status) && headers['location'] !== undefined;
}

/**
 * Sends a request and follows redirects of GET and HEAD. Removes the credentials once a redirect leads to another origin
 * (platforms remove only some headers), and follows redirects to `http://` only on this machine. Other methods change data or
 * may carry a secret in the body, so their redirect is returned as the response.
 * @param secrets names of the headers with credentials, in lower case
 * @param staysOnOrigin whether a redirect to another origin is refused
 * @throws PipewrightError `unavailable` for a redirect that must not be followed
 */
export async function sendGuarded(
  host: Pick<Host, 'http' | 'now'>,
  request: HttpRequest,
  secrets: readonly string[],
  staysOnOrigin = false,
): Promise<HttpResponse> {
  const { origin } = new URL(request.url);
  const follows = request.method === 'GET' || request.method === 'HEAD';
  const endsAt = request.timeout === undefined ? undefined : host.now() + request.timeout;
  let sent = request;
  let left = false;
  for (let redirects = 0; ; redirects += 1) {
    const remaining = endsAt === undefined ? {} : { timeout: Math.max(1, endsAt - host.now()) };
    const response = await host.http({ ...sent, ...remaining, redirects: 'answer' });
    const { location } = response.headers;
    if (!follows || !isRedirect(response) || location === undefined) return response;
    if (response.stream) await closeStream(response.stream);
    if (!URL.canParse(location, sent.url)) throw refused('the redirect does not lead to a valid URL');
    const next = new URL(location, sent.url);
    if (next.protocol !== 'https:' && !(next.protocol === 'http:' && isLocal(next) && isLocal(new URL(sent.url))))
      throw refused('the redirect leads to a URL that is not encrypted');
    if (staysOnOrigin && next.origin !== origin) throw refused(`the redirect leads to another host (${next.host})`);
    if (isLocal(next) && !isLocal(new URL(sent.url))) throw refused('the redirect leads to a local address');
    if (redirects >= maxRedirects) throw refused(`there were more than ${maxRedirects} redirects`);
    // Another origin may have chosen a redirect back, so the credentials are not sent again.
    left ||= next.origin !== origin;
    const headers = !left
      ? request.headers
      : Object.fromEntries(Object.entries(request.headers).filter(([name]) => !secrets.includes(name)));
    sent = { ...request, url: next.href, headers };
  }
}

function refused(reason: string): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    message: `${reason}.`,
    hint: 'Open the URL in a browser and enter the URL that it redirects to.',
  });
}
