import { defineService, type Service } from '../../operations/service.ts';
import { checkDataset } from './check-dataset.ts';
import { sqlConnection } from './connection.ts';
import type { DatasetSource } from './dataset-sources.ts';
import { loadDataset } from './load-dataset.ts';
import { previewDataset } from './preview-dataset.ts';

/** Tables of SQL databases, into which datasets of other services are loaded. */
export function sqlTable(sources: readonly DatasetSource[]): Service {
  const connections = [...new Set(sources.map(({ connection }) => connection))];
  return defineService({
    key: 'sqlTable',
    name: 'SQL Table',
    description: 'Load datasets into tables of PostgreSQL, MySQL, MariaDB, SQL Server, Azure SQL or SQLite, and check them against rules.',
    connection: sqlConnection,
    furtherConnections: connections.map((connection) => ({
      connection,
      shownWhen: { field: 'source', is: sources.filter((source) => source.connection === connection).map(({ key }) => key) },
    })),
    operations: [loadDataset(sources), checkDataset(sources), previewDataset(sources)],
    triggers: [],
  });
}
