import { authorityVariable, entraVariables, selectedMethod } from '../../auth/entra-variables.ts';
import { defineConnection } from '../../define/connection.ts';
import { openDatabase } from './open-database.ts';
import { fields } from './connection-fields.ts';

/** The connection to a SQL database. */
export const sqlConnection = defineConnection({
  key: 'sql',
  name: 'SQL Database',
  description:
    'A PostgreSQL, MySQL, MariaDB, SQL Server or Azure SQL database, with a user who may create tables in it.',
  documentationUrl: 'https://github.com/pipewright/pipewright/blob/main/docs/datasets.md#what-each-database-can-do',
  fields,
  fromVariables(given, variable) {
    const method = selectedMethod(given['login'], 'entra');
    if (!method) return {};
    return { ...entraVariables(method, variable), cloud: authorityVariable(variable).cloud };
  },
  async test({ connection, host }) {
    const target = await openDatabase(connection, host);
    try {
      return await target.describe();
    } finally {
      await target.close();
    }
  },
});
