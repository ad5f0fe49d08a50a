/** How a delivery to a webhook went. */
export interface DeliveryOutcome {
  /** HTTP status; undefined when there was no answer in time. */
  status?: number;
  /** The beginning of the answer, where it has a body. */
  answer?: string;
  /** Why there was no answer. */
  error?: string;
  milliseconds: number;
}

/** A delivery that was tried. */
export interface DeliveryRecord extends DeliveryOutcome {
  /** ISO 8601. */
  at: string;
  vendor: string;
  event: string;
  eventId: string;
  /** Host and path; the query is left out because it may hold a secret. */
  to: string;
  /** 1 for the first. */
  attempt: number;
}

/** Whether an address is on this machine; the sandbox delivers nowhere else. */
export function isLocal(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** Host and path of an address. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is not valid';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Posts JSON to an address on this machine, and never throws. */
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
