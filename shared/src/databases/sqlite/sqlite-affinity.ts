/** How SQLite stores what is written into a column. @see https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC';

/** Parts of a declared type that decide the affinity: the first part that occurs in it counts. */
const parts: [RegExp, Affinity][] = [
  [/INT/, 'INTEGER'],
  [/CHAR|CLOB|TEXT/, 'TEXT'],
  [/BLOB/, 'BLOB'],
  [/REAL|FLOA|DOUB/, 'REAL'],
];

/**
 * The affinity of a column.
 * @param declared its type as CREATE TABLE names it; empty where it has none
 * @param strict whether the table is STRICT: there, ANY stores every value as it comes
 */
export function affinityOf(declared: string, strict: boolean): Affinity {
  const name = declared.toUpperCase();
  if (name === '' || (strict && name === 'ANY')) return 'BLOB';
  return parts.find(([part]) => part.test(name))?.[1] ?? 'NUMERIC';
}

/** The type for a column of another table that stores values in the same way. */
export function typeOfAffinity(affinity: Affinity): string {
  return affinity === 'BLOB' ? '' : affinity;
}
