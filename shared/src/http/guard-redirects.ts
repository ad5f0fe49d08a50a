import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { HttpRequest, HttpResponse } from '../host/http.ts';
import { letGo } from './let-go.ts';

/** Addresses that an answer leads on to at most. */
const mostHops = 5;

const leadsOn: readonly number[] = [301, 302, 303, 307, 308];

const isLocal = ({ hostname }: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);

/**
 * A host whose requests lose what logs in as soon as an answer leads them to another website; platforms themselves take away
 * only some headers then. Nothing is followed to an address that is not encrypted, but on this very machine. For reading only.
 * @param secrets names of the headers that log in, in lower case
 */
export function guardRedirects(host: Host, secrets: readonly string[]): Host {
  async function http(request: HttpRequest): Promise<HttpResponse> {
    const { origin } = new URL(request.url);
    let sent = request;
    let left = false;
    for (let hops = 0; ; hops += 1) {
      const response = await host.http({ ...sent, redirects: 'answer' });
      const { location } = response.headers;
      if (!leadsOn.includes(response.status) || location === undefined) return response;
      if (response.stream) await letGo(response.stream);
      if (!URL.canParse(location, sent.url)) throw refused('it leads on to what is no address');
      const next = new URL(location, sent.url);
      if (next.protocol !== 'https:' && !(next.protocol === 'http:' && isLocal(next) && isLocal(new URL(sent.url)))) throw refused('it leads on to an address that is not encrypted');
      if (hops >= mostHops) throw refused('it leads on from one address to the next without end');
      // Who once was elsewhere may be led back to any place, so the log-in does not come again.
      left ||= next.origin !== origin;
      const headers = !left ? request.headers : Object.fromEntries(Object.entries(request.headers).filter(([name]) => !secrets.includes(name)));
      sent = { ...request, url: next.href, headers };
    }
  }
  // Some values of a host change while it works, so it is not copied.
  return Object.create(host, { http: { value: http } }) as Host;
}

function refused(why: string): PipewrightError {
  return new PipewrightError({ code: 'unavailable', message: `${why}.`, hint: 'Check the address in a browser, and give the one at which the file really lies.' });
}
