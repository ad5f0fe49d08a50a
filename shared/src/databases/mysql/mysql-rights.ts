/** The rights that statements need, by how they begin; the first that fits counts. */
const rights: readonly (readonly [start: RegExp, rights: string])[] = [
  [/^\s*(?:CREATE|DROP) TEMPORARY/i, 'CREATE TEMPORARY TABLES'],
  [/^\s*CREATE TABLE/i, 'CREATE'],
  [/^\s*RENAME TABLE/i, 'ALTER, DROP, CREATE, INSERT'],
  [/^\s*ALTER TABLE .* ADD INDEX/is, 'INDEX, ALTER'],
  [/^\s*ALTER TABLE/i, 'ALTER, CREATE, INSERT'],
  [/^\s*DROP TABLE/i, 'DROP'],
  [/^\s*(?:LOAD DATA|INSERT)/i, 'INSERT, SELECT'],
  [/^\s*UPDATE/i, 'UPDATE, SELECT'],
  [/^\s*DELETE/i, 'DELETE, SELECT'],
  [/^\s*(?:SELECT|SHOW)/i, 'SELECT'],
];

/** The rights that docs/datasets.md lists. */
const all = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE TEMPORARY TABLES';

/** What to do for a user who may not run a statement. */
export function rightsOf(sql: string): string {
  const needed = rights.find(([start]) => start.test(sql))?.[1];
  return `The table was not changed. The user of the connection lacks a right${needed === undefined ? '' : ` among ${needed}`}. Check the name of the database, which a server does not show to a user without rights; or run as an administrator: GRANT ${all} ON the_database.* TO the_user; a partial revoke must not take one of them back.`;
}
