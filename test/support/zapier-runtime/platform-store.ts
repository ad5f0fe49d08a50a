import { zapierLimits } from './limits.ts';

/** Who calls: Zapier keeps what an app caches apart by user and by connected account when the app asks for it. */
export interface StoreOwner {
  user: string;
  auth: string;
  zap: string;
}

/** `z.cache` and `z.cursor`, as Zapier's servers keep them. */
export class PlatformStore {
  private readonly entries = new Map<string, { value: string; expiresAt: number }>();
  private readonly cursors = new Map<string, { value: string; expiresAt: number }>();
  private readonly now: () => number;

  /** `now` gives milliseconds since 1970; tests move it to let entries expire. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** The value as JSON, or null. */
  get(owner: StoreOwner, key: string, scope: readonly string[] | null): string | null {
    return this.read(this.entries, scopedKey(owner, key, scope));
  }

  /**
   * Keeps a value for `seconds` (null: without end). With `onlyIfAbsent` an entry that is there stays as it is.
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

  /** Returns whether there was something to delete. */
  delete(owner: StoreOwner, key: string, scope: readonly string[] | null): boolean {
    return this.entries.delete(scopedKey(owner, key, scope));
  }

  /** A cursor belongs to one Zap and lives an hour. */
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
