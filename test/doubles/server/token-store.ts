import type { Clock } from './clock.ts';
import type { Identifiers } from './identifiers.ts';

/** An access token that was given out. */
export interface IssuedToken {
  /** What it opens, such as `management` or `synapse`. */
  resource: string;
  clientId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** What Azure answers when it has run out. */
  expiredStatus: 401 | 403;
}

/** The access tokens that were given out. */
export class TokenStore {
  #clock: Clock;
  #identifiers: Identifiers;
  #tokens = new Map<string, IssuedToken>();

  constructor(clock: Clock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** A new token that looks like a JSON web token and lasts this many seconds. */
  issue(resource: string, clientId: string, seconds: number): string {
    const expiresAt = this.#clock.now() + seconds * 1000;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { aud: resource, appid: clientId, exp: Math.floor(expiresAt / 1000), jti: this.#identifiers.uuid() };
    const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${this.#identifiers.hex(43)}`;
    this.#tokens.set(token, { resource, clientId, expiresAt, expiredStatus: 401 });
    return token;
  }

  /** What is known of a token; undefined if it was never given out. */
  find(token: string | undefined): (IssuedToken & { expired: boolean }) | undefined {
    const issued = token === undefined ? undefined : this.#tokens.get(token);
    return issued && { ...issued, expired: issued.expiresAt <= this.#clock.now() };
  }

  /** Every token given out so far runs out now. */
  expireAll(status: 401 | 403 = 401): void {
    for (const token of this.#tokens.values()) Object.assign(token, { expiresAt: 0, expiredStatus: status });
  }
}
