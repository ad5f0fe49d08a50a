import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The owner of a test's n8n; also used on the editor's sign-in page. */
export const owner = {
  email: 'owner@pipewright.example',
  password: 'Pipewright-2026',
  firstName: 'Pip',
  lastName: 'Wright',
} as const;

/** The scopes of the owner's API key. */
const scopes = ['execution:list', 'execution:read', 'workflow:list', 'workflow:read'];

/** A client that calls a running n8n as its owner. */
export class N8nApi {
  /** `http://127.0.0.1:port`, without a trailing slash. */
  readonly baseUrl: string;
  readonly #browserId = randomUUID();
  #cookie = '';
  #apiKey = '';

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /** Sets up the owner of a new n8n. */
  async setUpOwner(): Promise<void> {
    await this.rest('POST', 'owner/setup', owner);
  }

  /** Sets up the owner if n8n is new, signs in and creates an API key. */
  async signIn(): Promise<void> {
    await this.#logIn().catch(async () => {
      await this.setUpOwner();
      await this.#logIn();
    });
    const expiresAt = Math.round(Date.now() / 1000) + 24 * 3600;
    const key = { label: `Pipewright ${randomUUID()}`, expiresAt, scopes };
    this.#apiKey = (await this.rest<{ rawApiKey: string }>('POST', 'api-keys', key)).rawApiKey;
  }

  async #logIn(): Promise<void> {
    await this.rest('POST', 'login', { emailOrLdapLoginId: owner.email, password: owner.password });
  }

  /**
   * Calls the editor's own API, below `/rest`, and returns the `data` of the response.
   * @throws Error with n8n's own message for any status other than 2xx
   */
  async rest<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, `rest/${path}`, body, this.#session());
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith('n8n-auth='));
    if (cookie) this.#cookie = cookie.split(';')[0] ?? '';
    return ((await response.json()) as { data: T }).data;
  }

  /**
   * Reads from the public API, below `/api/v1`.
   * @see https://docs.n8n.io/api/api-reference/
   */
  async read<T = unknown>(path: string): Promise<T> {
    const response = await this.#send('GET', `api/v1/${path}`, undefined, { 'x-n8n-api-key': this.#apiKey });
    return (await response.json()) as T;
  }

  /** A sign-in is valid only for the browser that made it. */
  #session(): Record<string, string> {
    return { 'browser-id': this.#browserId, cookie: this.#cookie };
  }

  async #send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    for (;;) {
      const response = await fetch(`${this.baseUrl}/${path}`, {
        method,
        // A connection that is kept open may be closed by n8n just when the next request is sent.
        headers: { 'content-type': 'application/json', connection: 'close', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.ok) return response;
      const reason = await explanation(response);
      // On a busy machine, n8n stops answering for a moment when its database answered a check too late.
      if (response.status !== 503 || !reason.includes('Database is not ready'))
        throw new Error(`n8n answered ${response.status} to ${method} /${path}: ${reason}`);
      await sleep(500);
    }
  }
}

/** n8n's own message, without the stack trace in the response. */
async function explanation(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message, hint } = JSON.parse(text) as { message?: string; hint?: string };
    return [message, hint].filter(Boolean).join(' ') || text;
  } catch {
    return text.slice(0, 500);
  }
}
