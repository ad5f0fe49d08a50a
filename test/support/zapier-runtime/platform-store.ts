import { zapierLimits } from './limits.ts';

/** The caller: Zapier separates an app's cache by user and by connected account if the app requests it. */
export interface StoreOwner {
  user: string;
  auth: string;
  zap: string;
}

/** `z.cache` and `z.cursor` as on Zapier's servers. */
export class PlatformStore {
  private readonly entries = new Map<string, { value: string; expiresAt: number }>();
  private readonly cursors = new Map<string, { value: string; expiresAt: number }>();
  private readonly now: () => number;

  /** `now` returns milliseconds since 1970; tests advance it to expire entries. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** The value as JSON, or null. */
  get(owner: StoreOwner, key: string, scope: readonly string[] | null): string | null {
    return this.read(this.entries, scopedKey(owner, key, scope));
  }

  /**
   * Stores a value for `seconds` (null: forever). With `onlyIfAbsent` an existing entry is not changed.
   * Returns whether the value was written.
   */
  set(
    owner: StoreOwner,
    key: string,
    value: string,
    seconds: number | null,
    scope: readonly string[] | null,
    onlyIfAbsent: boolean,
  ): boolean {
    const name = scopedKey(owner, key, scope);
    if (onlyIfAbsent && this.read(this.entries, name) !== null) return false;
    this.entries.set(name, { value, expiresAt: seconds === null ? Infinity : this.now() + seconds * 1000 });
    return true;
  }

  /** Deletes an entry. Returns whether it existed. */
  delete(owner: StoreOwner, key: string, scope: readonly string[] | null): boolean {
    return this.entries.delete(scopedKey(owner, key, scope));
  }

  /** Empties the cache: Zapier may delete entries before they expire. */
  forget(): void {
    this.entries.clear();
  }

  /** A cursor belongs to one Zap and expires after an hour. */
  getCursor(owner: StoreOwner): string | null {
    return this.read(this.cursors, owner.zap);
  }

  setCursor(owner: StoreOwner, value: string): void {
    this.cursors.set(owner.zap, { value, expiresAt: this.now() + zapierLimits.cursorMs });
  }

  private read(from: Map<string, { value: string; expiresAt: number }>, name: string): string | null {
    const entry = from.get(name);
    if (!entry) return null;
    if (entry.expiresAt > this.now()) return entry.value;
    from.delete(name);
    return null;
  }
}

function scopedKey(owner: StoreOwner, key: string, scope: readonly string[] | null): string {
  const part = (name: 'user' | 'auth') => (scope?.includes(name) ? owner[name] : '');
  return JSON.stringify([part('user'), part('auth'), key]);
}
