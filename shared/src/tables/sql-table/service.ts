import { checkDataset } from '../check-dataset.ts';
import type { DatasetSource } from '../dataset-sources.ts';
import { previewDataset } from '../preview-dataset.ts';
import { defineService, type Service } from '../../define/service.ts';
import type { SqlConnection } from './connection-fields.ts';
import { sqlConnection } from './connection.ts';
import { exportQuery } from './export-query.ts';
import { exportTable } from './export-table.ts';
import { loadDataset } from './load-dataset.ts';
import { openDatabase } from './open-database.ts';

/**
 * Defines the SQL Table service: loads datasets into tables of SQL databases, and exports tables and queries as files.
 * @param sources download operations that a dataset can also come from. Default: none
 */
export function defineSqlTableService(sources: readonly DatasetSource[] = []): Service {
  const setting = { resource: 'Table', sources };
  return defineService({
    key: 'sqlTable',
    name: 'SQL Table',
    description:
      'Load datasets into PostgreSQL, MySQL, MariaDB, SQL Server, Azure SQL or SQLite tables, check them against rules, and export tables and queries as CSV, Excel, Parquet or JSON Lines.',
    listing: {
      categories: ['Data & Storage'],
      aliases: [
        'load dataset',
        'export',
        'CSV',
        'Excel',
        'XLSX',
        'PostgreSQL',
        'MySQL',
        'MariaDB',
        'SQLite',
        'SQL Server',
        'Azure SQL',
        'table',
      ],
    },
    connection: sqlConnection,
    operations: [
      loadDataset(sources),
      exportTable,
      exportQuery,
      checkDataset<SqlConnection>(setting, ({ connection, host }) => openDatabase(connection, host)),
      previewDataset(setting),
    ],
    triggers: [],
  });
}
