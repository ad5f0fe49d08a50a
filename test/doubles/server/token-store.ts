import type { Clock } from './clock.ts';
import type { Identifiers } from './identifiers.ts';

/** An issued access token. */
export interface IssuedToken {
  /** Its resource: `management` or `synapse`. */
  resource: string;
  clientId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Azure's status after it has expired. */
  expiredStatus: 401 | 403;
}

/** The issued access tokens. */
export class TokenStore {
  #clock: Clock;
  #identifiers: Identifiers;
  #tokens = new Map<string, IssuedToken>();

  constructor(clock: Clock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** Issues a token in JWT format with this lifetime in seconds. */
  issue(resource: string, clientId: string, seconds: number): string {
    const expiresAt = this.#clock.now() + seconds * 1000;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { aud: resource, appid: clientId, exp: Math.floor(expiresAt / 1000), jti: this.#identifiers.uuid() };
    const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${this.#identifiers.hex(43)}`;
    this.#tokens.set(token, { resource, clientId, expiresAt, expiredStatus: 401 });
    return token;
  }

  /** The issued token; undefined if it is unknown. */
  find(token: string | undefined): (IssuedToken & { expired: boolean }) | undefined {
    const issued = token === undefined ? undefined : this.#tokens.get(token);
    return issued && { ...issued, expired: issued.expiresAt <= this.#clock.now() };
  }

  /** Expires all issued tokens. */
  expireAll(status: 401 | 403 = 401): void {
    for (const token of this.#tokens.values()) Object.assign(token, { expiresAt: 0, expiredStatus: status });
  }
}
