import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** DuckDB, which writes Parquet files and reads them as a second opinion. */
export class DuckDb {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pipewright-parquet-'));
  #connection: DuckDBConnection | undefined;

  /** Starts DuckDB in memory, in UTC. */
  async open(): Promise<void> {
    this.#connection = await (await DuckDBInstance.create()).connect();
    await this.run("SET TimeZone = 'UTC'");
    // Tests replace a file so quickly that its time and size can be those of the cached one.
    await this.run('SET enable_external_file_cache = false');
  }

  close(): void {
    this.#connection?.closeSync();
    rmSync(this.#folder, { recursive: true });
  }

  /** Runs SQL and returns its rows. */
  async run(sql: string): Promise<unknown[][]> {
    if (!this.#connection) throw new Error('DuckDB is not open.');
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  /** Writes the result of a query as Parquet. @param options of COPY, such as `codec zstd` */
  async write(query: string, options = ''): Promise<Buffer> {
    await this.run(`COPY (${query}) TO '${this.path}' (FORMAT parquet${options && `, ${options}`})`);
    return readFileSync(this.path);
  }

  /** Path of the file written last. */
  get path(): string {
    return join(this.#folder, 'table.parquet');
  }
}
