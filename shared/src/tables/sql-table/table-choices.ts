import { defineChoices, search } from '../../define/choice-list.ts';
import type { SqlConnection } from './connection-fields.ts';
import { openDatabase } from './open-database.ts';

/** The tables of the database, in the schema that the form names. */
export const tableChoices = defineChoices<SqlConnection>({
  key: 'tables',
  async load({ input, search: wanted }, { connection, host }) {
    const target = await openDatabase(connection, host);
    try {
      const { schema } = input;
      const names = await target.listTables(typeof schema === 'string' && schema !== '' ? schema : undefined);
      return {
        choices: search(
          names.map((name) => ({ value: name, label: name })),
          wanted,
        ),
      };
    } finally {
      await target.close();
    }
  },
});
