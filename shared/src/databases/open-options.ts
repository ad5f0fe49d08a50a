/** What opening a database needs beside its address. */
export interface OpenOptions {
  /** An access token of Microsoft Entra in place of user and password; SQL Server alone takes one. */
  token?: string;
  /** Waits, before a server that starts is tried again. Default: by a timer. */
  sleep?(milliseconds: number): Promise<void>;
  /** The time in milliseconds, by which that waiting is measured. Default: `Date.now`. */
  now?(): number;
  /** Seconds for which a server that resumes, starts, moves or is busy is tried again. Default: 150. */
  patienceSeconds?: number;
}
