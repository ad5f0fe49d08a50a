/** The type affinity of a column: how SQLite stores its values. @see https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC';

/** Parts of a declared type that determine the affinity: the first match counts. */
const parts: [RegExp, Affinity][] = [
  [/INT/, 'INTEGER'],
  [/CHAR|CLOB|TEXT/, 'TEXT'],
  [/BLOB/, 'BLOB'],
  [/REAL|FLOA|DOUB/, 'REAL'],
];

/**
 * The affinity of a column.
 * @param declared its type in CREATE TABLE; empty where it has none
 * @param strict whether the table is STRICT: there, ANY stores every value unchanged
 */
export function affinityOf(declared: string, strict: boolean): Affinity {
  const name = declared.toUpperCase();
  if (name === '' || (strict && name === 'ANY')) return 'BLOB';
  return parts.find(([part]) => part.test(name))?.[1] ?? 'NUMERIC';
}

/** A declared type that has this affinity. */
export function typeOfAffinity(affinity: Affinity): string {
  return affinity === 'BLOB' ? '' : affinity;
}
