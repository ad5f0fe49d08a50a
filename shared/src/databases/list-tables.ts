import { isReservedTable } from '../datasets/load/reserved-tables.ts';

/** The names in the rows of a catalog query in alphabetical order. */
export function listedNames(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map(({ name }) => String(name)).sort((a, b) => a.localeCompare(b));
}

/** The names in the rows of a catalog query in alphabetical order, without tables that Pipewright manages. */
export function listedTables(rows: readonly Record<string, unknown>[]): string[] {
  return listedNames(rows).filter((name) => !isReservedTable(name));
}
