import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { sqlTable } from '../../../../shared/src/catalog/sql-table.ts';
import { executeOperations, type ExecuteOptions } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeOutputs } from '../../../adapter/outputs.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Only the operator of an n8n knows where files last: without this folder, SQLite is not offered. */
const options: ExecuteOptions = { lastingFolder: process.env['PIPEWRIGHT_SQLITE_FOLDER'] };

/** Loads datasets into tables of SQL databases, from a file or straight from a service. */
export class SqlTable implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'SQL Table',
    name: 'sqlTable',
    icon: { light: 'file:../../icons/sql-table.svg', dark: 'file:../../icons/sql-table.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', sqlTable.operations),
    description:
      'Load datasets into tables of PostgreSQL, MySQL, MariaDB, SQL Server, Azure SQL or SQLite, and check them against rules.',
    defaults: { name: 'SQL Table' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: describeOutputs(sqlTable),
    credentials: [
      { name: 'pipewrightSqlApi', required: true, testedBy: 'testSql' },
      {
        name: 'pipewrightQuantemplateApi',
        required: true,
        testedBy: 'testQuantemplate',
        displayOptions: { show: { source: ['quantemplateDownloadPipelineOutput', 'quantemplateDownloadDataset'] } },
      },
      {
        name: 'pipewrightModeApi',
        required: true,
        testedBy: 'testMode',
        displayOptions: { show: { source: ['modeDownloadResults'] } },
      },
      {
        name: 'pipewrightDbtApi',
        required: true,
        testedBy: 'testDbt',
        displayOptions: { show: { source: ['dbtDownloadArtifact'] } },
      },
      {
        name: 'pipewrightDatabricksApi',
        required: true,
        testedBy: 'testDatabricks',
        displayOptions: { show: { source: ['databricksDownloadFile'] } },
      },
      {
        name: 'pipewrightSlackApi',
        required: true,
        testedBy: 'testSlack',
        displayOptions: { show: { source: ['slackDownloadFile'] } },
      },
      {
        name: 'pipewrightWebAddressApi',
        required: true,
        testedBy: 'testWebAddress',
        displayOptions: { show: { source: ['webAddressDownloadFile'] } },
      },
    ],
    properties: describeProperties(sqlTable),
  };

  methods = describeMethods(sqlTable, options);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, sqlTable, options);
  }
}
