import type { Column, ColumnType } from '../../datasets/types/column.ts';

const names: Record<ColumnType, string> = {
  integer: 'bigint',
  // Without precision and scale: numeric(10, 2) would round what a later load appends, without an error.
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  'timestamp-with-zone': 'timestamptz',
  uuid: 'uuid',
  text: 'text',
};

/** The type of PostgreSQL for a new column. */
export function postgresType({ type }: Pick<Column, 'type'>): string {
  return names[type];
}
