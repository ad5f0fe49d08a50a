import type { Reject } from '../datasets/formats/csv-scanner.ts';
import type { LoadRecord, LoadStatus } from '../datasets/load/load-record.ts';
import { loadModes } from '../datasets/load/load-mode.ts';
import type { RecordTypes, Row, SqlDialect } from './sql-dialect.ts';

/** The table that records loads, in the same schema as the loaded tables. */
export const loadsTable = 'pipewright_loads';

/** The table that saves rejected rows. */
export const rejectsTable = 'pipewright_rejects';

/** A value of a statement's parameter. */
export type SqlValue = string | number | null;

/** Rejected rows per INSERT: 200 rows of 7 columns stay below the parameter limit of every engine. */
const rowsPerInsert = 200;

/** The columns of the table of loads; none is a reserved word of any engine. */
const loadsColumnTypes: Record<string, (types: RecordTypes) => string> = {
  load_id: ({ key }) => key,
  table_name: ({ key }) => key,
  mode: ({ key }) => key,
  status: ({ key }) => key,
  row_count: () => 'bigint',
  rejected: () => 'bigint',
  bytes: () => 'bigint',
  seconds: ({ float }) => float,
  source: ({ text }) => text,
  source_event_id: ({ text }) => text,
  checksum: ({ text }) => text,
  loaded_at: ({ timestamp }) => timestamp,
};

const loadsColumns = Object.keys(loadsColumnTypes);

/** The columns of the table of rejected rows, in the order of `rejectValues`. */
export const rejectsColumns = ['load_id', 'table_name', 'line', 'reason', 'column_name', 'value', 'row_text'];

/** The column definitions of the table of loads. */
function loadsDefinition(types: RecordTypes): string {
  const columns = Object.entries(loadsColumnTypes).map(([name, typeOf]) => `${name} ${typeOf(types)} NOT NULL`);
  return `${columns.join(', ')}, PRIMARY KEY (table_name, load_id)`;
}

/** The column definitions of the table of rejected rows. */
function rejectsDefinition({ key, text }: RecordTypes): string {
  return `load_id ${key} NOT NULL, table_name ${key} NOT NULL, line bigint NOT NULL, reason ${text} NOT NULL, column_name ${text}, value ${text}, row_text ${text} NOT NULL`;
}

function loadValues(record: LoadRecord): (string | number)[] {
  const { loadId, table, mode, status, rows, rejected, bytes, seconds, source, sourceEventId, checksum, loadedAt } =
    record;
  return [loadId, table, mode, status, rows, rejected, bytes, seconds, source, sourceEventId, checksum, loadedAt];
}

/** The values of a rejected row, in the order of `rejectsColumns`. */
export function rejectValues({ loadId, table }: LoadRecord, { line, reason, column, value, text }: Reject): SqlValue[] {
  return [loadId, table, line, reason, column ?? null, value ?? null, text];
}

function statusOf(value: unknown): LoadStatus {
  return value === 'done' || value === 'publishing' ? value : 'failed';
}

function readRecord(row: Row): LoadRecord {
  const loadedAt = row['loaded_at'];
  return {
    loadId: String(row['load_id']),
    table: String(row['table_name']),
    mode: loadModes.find((mode) => mode === row['mode']) ?? 'append',
    status: statusOf(row['status']),
    rows: Number(row['row_count']),
    rejected: Number(row['rejected']),
    bytes: Number(row['bytes']),
    seconds: Number(row['seconds']),
    source: String(row['source']),
    sourceEventId: String(row['source_event_id']),
    checksum: String(row['checksum']),
    loadedAt: loadedAt instanceof Date ? loadedAt.toISOString() : String(loadedAt),
  };
}

/** How an engine reaches the record tables. */
export interface RecordStore {
  /** Runs a statement and returns its rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** The qualified name of a record table. */
  qualify(table: string): string;
  exists(table: string): Promise<boolean>;
  /** Creates a record table, unless another load has done so by now. */
  create(table: string, definition: string): Promise<void>;
}

/** The records of loads and their rejected rows, in one schema: the same statements for every engine. */
export class LoadRecords {
  protected readonly dialect: SqlDialect;
  protected readonly store: RecordStore;

  constructor(dialect: SqlDialect, store: RecordStore) {
    this.dialect = dialect;
    this.store = store;
  }

  /** The load of a table that succeeded under an ID. */
  async find(table: string, loadId: string): Promise<LoadRecord | undefined> {
    if (!(await this.store.exists(loadsTable))) return undefined;
    const { placeholder } = this.dialect;
    const [row] = await this.store.run(
      `SELECT ${loadsColumns.join(', ')} FROM ${this.store.qualify(loadsTable)} WHERE table_name = ${placeholder(0)} AND load_id = ${placeholder(1)} AND status = 'done'`,
      [table, loadId],
    );
    return row && readRecord(row);
  }

  /** Records a load, in place of a failed one with the same ID, and saves its rejected rows. */
  async keep(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.make(loadsTable);
    const places = loadsColumns.map((_name, index) => this.dialect.placeholder(index));
    await this.store.run(
      this.dialect.upsertRecord(this.store.qualify(loadsTable), loadsColumns, places),
      loadValues(record),
    );
    if (rejects.length > 0) await this.keepRejects(record, rejects);
  }

  /** Creates a record table where it does not exist. */
  protected async make(table: typeof loadsTable | typeof rejectsTable): Promise<void> {
    if (await this.store.exists(table)) return;
    const { recordTypes } = this.dialect;
    await this.store.create(
      table,
      table === loadsTable ? loadsDefinition(recordTypes) : rejectsDefinition(recordTypes),
    );
  }

  protected async keepRejects(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.make(rejectsTable);
    const width = rejectsColumns.length;
    for (let at = 0; at < rejects.length; at += rowsPerInsert) {
      const rows = rejects.slice(at, at + rowsPerInsert).map((reject) => rejectValues(record, reject));
      const places = rows.map(
        (row, index) => `(${row.map((_value, column) => this.dialect.placeholder(index * width + column)).join(', ')})`,
      );
      await this.store.run(
        `INSERT INTO ${this.store.qualify(rejectsTable)} (${rejectsColumns.join(', ')}) VALUES ${places.join(', ')}`,
        rows.flat(),
      );
    }
  }
}
