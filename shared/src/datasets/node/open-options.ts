/** What opening a database needs beside its address. */
export interface OpenOptions {
  /** An access token of Microsoft Entra in place of user and password; SQL Server alone takes one. */
  token?: string;
  /** Waits, before a server that starts is tried again. Default: by a timer. */
  sleep?(milliseconds: number): Promise<void>;
  /** Seconds for which a server that starts, moves or is busy is tried again. Default: 30. */
  patienceSeconds?: number;
}
