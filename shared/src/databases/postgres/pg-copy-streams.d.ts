declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** A stream whose bytes go to `COPY … FROM STDIN`; `rowCount` is known once it has finished. */
  export function from(sql: string): Writable & Submittable & { rowCount: number };
}
