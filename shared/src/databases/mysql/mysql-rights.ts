import { tableUnchanged } from '../load-errors.ts';

/** The privileges that statements need, by how they begin; the first match counts. */
const privileges: readonly (readonly [start: RegExp, privileges: string])[] = [
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

/** The privileges that docs/datasets.md lists. */
const allPrivileges = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE TEMPORARY TABLES';

/** What to do for a user who lacks a privilege for a statement. */
export function privilegeHint(sql: string): string {
  const needed = privileges.find(([start]) => start.test(sql))?.[1];
  const missing = needed === undefined ? 'a privilege' : `one of these privileges: ${needed}`;
  return `${tableUnchanged} The database user lacks ${missing}. Check the database name, which a server hides from users without privileges; or run as an administrator: GRANT ${allPrivileges} ON the_database.* TO the_user. A partial revoke must not take any of them back.`;
}
