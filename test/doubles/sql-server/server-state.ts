import type { AppLocks } from './app-locks.ts';
import type { Fault } from './fault.ts';
import type { Login } from './tds-login.ts';

/** Something that goes wrong on purpose. */
export interface Trouble {
  /** At a log-in; at a statement; after so many bytes of bulk data; at a commit. */
  at: 'login' | 'statement' | 'bulk' | 'commit';
  /** Of a statement: what its text matches. */
  matching?: RegExp;
  afterBytes?: number;
  /** What the server says; undefined when it ends the connection without a word. */
  fault?: Fault;
  /** Whether the connection ends in good order, by FIN or TLS's close_notify, and not by a reset. */
  orderly?: boolean;
  /** How often; default: once. */
  times?: number;
}

/** What a double is like. */
export interface SqlServerOptions {
  user?: string;
  password?: string;
  database?: string;
  /** The access token that is accepted. */
  token?: string;
  /** Whether it encrypts: when the client wants it, never, or always. Default: `offered`. */
  encryption?: 'offered' | 'none' | 'required';
  /** Milliseconds that a lock is waited for at most, where a test cannot wait for as long as the target asks. */
  longestLockWait?: number;
}

/** What the connections of a double share. */
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
  /** The next trouble that is due at a place, which counts as happened. */
  takeTrouble(at: Trouble['at'], sql?: string): Trouble | undefined;
  /** Resolves once a statement may run, with what ends its turn. */
  takeTurn(): Promise<() => void>;
}
