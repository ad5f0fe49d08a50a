/** The outcome of a webhook delivery. */
export interface DeliveryOutcome {
  /** HTTP status; undefined without a response in time. */
  status?: number;
  /** The beginning of the response body. */
  answer?: string;
  /** Why there was no response. */
  error?: string;
  milliseconds: number;
}

/** An attempted delivery. */
export interface DeliveryRecord extends DeliveryOutcome {
  /** ISO 8601. */
  at: string;
  vendor: string;
  event: string;
  eventId: string;
  /** Host and path; without the query, which may contain a secret. */
  to: string;
  /** Starts at 1. */
  attempt: number;
}

/** Whether a URL is local; the sandbox delivers to local URLs only. */
export function isLocal(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** Host and path of a URL. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is not valid';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Posts JSON to a local URL. Never throws. */
export async function deliver(
  url: string,
  body: string,
  headers: Record<string, string>,
  timeoutMilliseconds: number,
): Promise<DeliveryOutcome> {
  const started = performance.now();
  const milliseconds = () => Math.round(performance.now() - started);
  if (!isLocal(url)) return { error: 'The sandbox delivers to this machine only.', milliseconds: 0 };
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal,
    });
    const answer = (await response.text()).slice(0, 200);
    return { status: response.status, ...(answer ? { answer } : {}), milliseconds: milliseconds() };
  } catch {
    return {
      error: signal.aborted ? `No answer within ${timeoutMilliseconds / 1000} seconds.` : 'The connection failed.',
      milliseconds: milliseconds(),
    };
  }
}
