import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { HttpRequest, HttpResponse } from '../host/http.ts';
import { closeStream } from './close-stream.ts';

/** Redirects that are followed at most. */
const maxRedirects = 5;

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

const isLocal = ({ hostname }: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);

/** Whether an answer is a redirect to another address. */
export function isRedirect({ status, headers }: HttpResponse): boolean {
  return redirectStatuses.includes(status) && headers['location'] !== undefined;
}

/**
 * Sends a request. Redirects are followed for GET and HEAD only, without what logs in as soon as one leads to another origin
 * (platforms themselves remove only some headers), and to no address that is not encrypted, except on this machine. Any other
 * request changes something or carries a secret in its body, so its redirect is the answer.
 * @param secrets names of the headers that log in, in lower case
 * @throws PipewrightError `unavailable` for a redirect that is refused
 */
export async function sendGuarded(
  host: Pick<Host, 'http' | 'now'>,
  request: HttpRequest,
  secrets: readonly string[],
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
    if (!URL.canParse(location, sent.url)) throw refused('the redirect does not lead to a web address');
    const next = new URL(location, sent.url);
    if (next.protocol !== 'https:' && !(next.protocol === 'http:' && isLocal(next) && isLocal(new URL(sent.url))))
      throw refused('the redirect leads to an address that is not encrypted');
    if (isLocal(next) && !isLocal(new URL(sent.url))) throw refused('the redirect leads to this machine itself');
    if (redirects >= maxRedirects) throw refused(`there were more than ${maxRedirects} redirects`);
    // After another origin, a redirect back may have been chosen by that origin: the login is not sent again.
    left ||= next.origin !== origin;
    const headers = !left
      ? request.headers
      : Object.fromEntries(Object.entries(request.headers).filter(([name]) => !secrets.includes(name)));
    sent = { ...request, url: next.href, headers };
  }
}

function refused(why: string): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    message: `${why}.`,
    hint: 'Open the address in a browser and enter the one to which it leads.',
  });
}
