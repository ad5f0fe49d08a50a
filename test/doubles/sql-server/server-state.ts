import type { AppLocks } from './app-locks.ts';
import type { Fault } from './fault.ts';
import type { Login } from './tds-login.ts';

/** A planned fault. */
export interface Trouble {
  /** At a login, at a statement, after a number of bytes of bulk data, or at a commit. */
  at: 'login' | 'statement' | 'bulk' | 'commit';
  /** For a statement: pattern of its text. */
  matching?: RegExp;
  afterBytes?: number;
  /** The error; undefined to close the connection without one. */
  fault?: Fault;
  /** Whether the connection closes gracefully (FIN or close_notify) and not by a reset. */
  orderly?: boolean;
  /** Number of times. Default: 1. */
  times?: number;
}

/** Options of a double. */
export interface SqlServerOptions {
  user?: string;
  password?: string;
  database?: string;
  /** The access token that is accepted. */
  token?: string;
  /** Encryption: if the client requests it, never, or always. Default: `offered`. */
  encryption?: 'offered' | 'none' | 'required';
  /** Upper limit of a lock timeout in milliseconds, for tests that cannot wait for the target's timeout. */
  longestLockWait?: number;
}

/** State shared by all connections. */
export interface ServerState {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly token: string;
  readonly encryption: NonNullable<SqlServerOptions['encryption']>;
  readonly certificate: { key: string; certificate: string };
  readonly schemas: string[];
  readonly locks: AppLocks;
  readonly file: string;
  readonly statements: string[];
  readonly misunderstood: string[];
  readonly logins: (Login & { encrypted: string })[];
  readonly troubles: Trouble[];
  readonly hidden: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  bulkBytes: number;
  /** Takes the next planned fault for a place. */
  takeTrouble(at: Trouble['at'], sql?: string): Trouble | undefined;
  /** Resolves when a statement may run, with a function that ends its turn. */
  takeTurn(): Promise<() => void>;
}
