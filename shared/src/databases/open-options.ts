/** Options for opening a database, besides its address. */
export interface OpenOptions {
  /** An access token of Microsoft Entra, instead of user and password; SQL Server only. */
  token?: string;
  /** Pauses before a server is tried again. Default: a timer. */
  sleep?(milliseconds: number): Promise<void>;
  /** The time in milliseconds that limits the retries. Default: `Date.now`. */
  now?(): number;
  /** Seconds for which a server that is starting, resuming or busy is tried again. Default: 30 for MySQL, 150 for SQL Server. */
  retrySeconds?: number;
}
