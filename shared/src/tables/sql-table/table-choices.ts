import * as v from 'valibot';
import { defineChoices, search, type ChoicePage } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { filledText } from '../../define/raw-input.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import type { SqlConnection } from './connection-fields.ts';
import { openDatabase } from './open-database.ts';

/** The names in a database with the search text, as choices. */
async function namesIn(
  { connection, host }: Context<SqlConnection>,
  wanted: string | undefined,
  list: (target: TableTarget) => Promise<string[]>,
): Promise<ChoicePage> {
  const target = await openDatabase(connection, host);
  try {
    const names = await list(target);
    return {
      choices: search(
        names.map((name) => ({ value: name, label: name })),
        wanted,
      ),
    };
  } finally {
    await target.close();
  }
}

/** The tables of the database, in the schema that the form names. */
export const tableChoices = defineChoices<SqlConnection>({
  key: 'tables',
  load: ({ input: { schema }, search: wanted }, context) =>
    namesIn(context, wanted, (target) => target.listTables(filledText(schema))),
});

const schemaChoices = defineChoices<SqlConnection>({
  key: 'schemas',
  load: ({ search: wanted }, context) => namesIn(context, wanted, (target) => target.listSchemas()),
});

/** The schema of a table. */
export const schemaField = v.optional(
  text({
    label: 'Schema',
    help: 'Schema (PostgreSQL, SQL Server) or database (MySQL, MariaDB) that contains the table. Leave empty for the default.',
    placeholder: 'public',
    identifier: 'Name',
    choices: schemaChoices,
    advanced: true,
  }),
);
