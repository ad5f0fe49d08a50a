/** Options for opening a database, in addition to its address. */
export interface OpenOptions {
  /** A Microsoft Entra access token, instead of user and password; SQL Server only. */
  token?: string;
  /** Waits before a retry. Default: a timer. */
  sleep?(milliseconds: number): Promise<void>;
  /** The time in milliseconds that limits the retries. Default: `Date.now`. */
  now?(): number;
  /** Maximum seconds of retries while a server is starting, resuming or busy. Default: 30 for MySQL, 150 for SQL Server. */
  retrySeconds?: number;
}
