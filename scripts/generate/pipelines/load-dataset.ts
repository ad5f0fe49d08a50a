import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyParameter } from '../../../shared/src/services/azure/pipelines/declared-parameters.ts';
import {
  after,
  expression,
  ifFailedUpTo,
  policy,
  type Activity,
  type Declared,
  type Pipeline,
  type Resource,
} from './activities.ts';
import { callbackDeclared, sendCallbacks } from './callback.ts';

/** The services that Quantemplate documents: where it issues tokens, and its API. */
const login = {
  origin: 'https://accounts.prod.quantemplate.com',
  path: '/auth/realms/qt/protocol/openid-connect/token',
};
const api = 'https://api.prod.quantemplate.com/v1/';

const secretActivity = 'Get client secret';
const loginActivity = 'Log in to Quantemplate';
const copyActivity = 'Copy to staging table';
const publishActivity = 'Publish rows';
const dropActivity = 'Drop staging table';

const staging = "concat('pipewright_staging_', replace(pipeline().RunId, '-', ''))";
const datasetPath =
  "@concat('organisations/', uriComponent(variables('organisationId')), '/datasets/', uriComponent(pipeline().parameters.DatasetID))";
const secretPath = "/secrets/@{uriComponent(variables('secretName'))}?api-version=7.4";

/** Values of the user, by the name of the variable; an empty text has to be filled in. */
export type Settings = Record<
  'keyVaultName' | 'secretName' | 'clientId' | 'organisationId' | 'sqlServer' | 'sqlDatabase',
  string
>;

/** Settings that are filled in after the import. */
export const emptySettings: Settings = {
  keyVaultName: '',
  secretName: '',
  clientId: '',
  organisationId: '',
  sqlServer: '',
  sqlDatabase: '',
};

/** The parameters of a run. */
const runParameters: Record<string, Declared> = {
  DatasetID: { type: 'String' },
  Table: { type: 'String' },
  Schema: { type: 'String', defaultValue: 'dbo' },
  Mode: { type: 'String', defaultValue: 'replace' },
  KeyColumns: { type: 'String', defaultValue: '' },
};

const description =
  'Copies a Quantemplate dataset into a staging table and publishes it in one transaction: Mode is replace, or upsert by KeyColumns.';

/** The request for the secret; the answer is hidden. */
const getSecret = {
  name: secretActivity,
  type: 'WebActivity',
  policy: policy('0.00:10:00', { output: true }),
} satisfies Partial<Activity>;

/** The request for an access token; its body has the secret, its answer the token. */
const logIn = {
  name: loginActivity,
  type: 'WebActivity',
  dependsOn: after(secretActivity),
  policy: policy('0.00:10:00', { input: true, output: true }),
} satisfies Partial<Activity>;

const logInRequest = {
  method: 'POST',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: expression(
    `@concat('grant_type=client_credentials&client_id=', uriComponent(variables('clientId')), '&client_secret=', uriComponent(activity('${secretActivity}').output.value))`,
  ),
};

/** The copy; its input has the token. */
const copy = {
  name: copyActivity,
  type: 'Copy',
  dependsOn: after(loginActivity),
  policy: policy('0.12:00:00', { input: true }),
} satisfies Partial<Activity>;

/** A CSV file as Quantemplate writes it; the default escape character of Data Factory is the backslash. */
const csv = {
  columnDelimiter: ',',
  quoteChar: '"',
  escapeChar: '"',
  encodingName: 'UTF-8',
  firstRowAsHeader: true,
  nullValue: '',
};

const source = {
  type: 'DelimitedTextSource',
  storeSettings: {
    type: 'HttpReadSettings',
    requestMethod: 'GET',
    additionalHeaders: expression(
      `@concat('Authorization: Bearer ', activity('${loginActivity}').output.access_token)`,
    ),
    requestTimeout: '00:10:00',
  },
  formatSettings: { type: 'DelimitedTextReadSettings' },
};

const sink = {
  type: 'AzureSqlSink',
  writeBehavior: 'insert',
  tableOption: 'autoCreate',
  disableMetricsCollection: true,
};

const publish = {
  name: publishActivity,
  type: 'Script',
  dependsOn: after(copyActivity),
  policy: policy('0.02:00:00'),
} satisfies Partial<Activity>;

const drop = {
  name: dropActivity,
  type: 'Script',
  dependsOn: ifFailedUpTo(publishActivity),
  policy: policy('0.00:10:00'),
} satisfies Partial<Activity>;

const stagingExpression = expression(`@${staging}`);
const input = (name: string, value: unknown, type = 'String') => ({ name, type, value, direction: 'Input' });
const parameter = (name: string) => expression(`@pipeline().parameters.${name}`);

/** The script that publishes the rows. @param project root of the repository */
function publishScript(project: string): Record<string, unknown> {
  return {
    scripts: [
      {
        type: 'Query',
        text: readFileSync(join(project, 'docs', 'pipelines', 'publish-rows.sql'), 'utf8'),
        parameters: [
          input('schema', parameter('Schema')),
          input('table', parameter('Table')),
          input('staging', stagingExpression),
          input('mode', parameter('Mode')),
          input('keys', parameter('KeyColumns')),
          input('expected', expression(`@activity('${copyActivity}').output.rowsCopied`), 'Int64'),
        ],
      },
    ],
  };
}

const dropScript = {
  scripts: [
    {
      type: 'NonQuery',
      text: `DECLARE @sql nvarchar(600) = CONCAT(N'DROP TABLE IF EXISTS ', QUOTENAME(@schema), N'.', QUOTENAME(@staging), N';'); EXEC sys.sp_executesql @sql;`,
      parameters: [input('schema', parameter('Schema')), input('staging', stagingExpression)],
    },
  ],
};

const quantemplate = 'Pipewright_Quantemplate';
const database = 'Pipewright_SQL';
const quantemplateDataset = 'Pipewright_Quantemplate_dataset';
const sqlTable = 'Pipewright_SQL_table';

/** The database that the variables name. */
const databaseValues = {
  server: expression("@variables('sqlServer')"),
  database: expression("@variables('sqlDatabase')"),
};

/** The linked services of the pipeline in Data Factory and Synapse. No secret: both use the managed identity of the service. */
export const loadLinkedServices: Resource[] = [
  {
    name: quantemplate,
    properties: {
      type: 'HttpServer',
      description: 'The API of Quantemplate. The pipeline sends the access token.',
      typeProperties: { url: api, authenticationType: 'Anonymous', enableServerCertificateValidation: true },
      annotations: ['Pipewright'],
    },
  },
  {
    name: database,
    properties: {
      type: 'AzureSqlDatabase',
      description: 'A database in Azure SQL Database, with the managed identity.',
      parameters: { server: { type: 'String' }, database: { type: 'String' } },
      typeProperties: {
        connectionString:
          'Data Source=tcp:@{linkedService().server},1433;Initial Catalog=@{linkedService().database};Encrypt=True;TrustServerCertificate=False;Connection Timeout=30',
      },
      annotations: ['Pipewright'],
    },
  },
];

/** The datasets of the pipeline in Data Factory and Synapse. */
export const loadDatasets: Resource[] = [
  {
    name: quantemplateDataset,
    properties: {
      type: 'DelimitedText',
      description: 'A dataset of Quantemplate as CSV.',
      linkedServiceName: { referenceName: quantemplate, type: 'LinkedServiceReference' },
      parameters: { path: { type: 'String' } },
      typeProperties: {
        location: { type: 'HttpServerLocation', relativeUrl: expression('@dataset().path') },
        ...csv,
      },
      schema: [],
      annotations: ['Pipewright'],
    },
  },
  {
    name: sqlTable,
    properties: {
      type: 'AzureSqlTable',
      description: 'A table in Azure SQL Database.',
      linkedServiceName: {
        referenceName: database,
        type: 'LinkedServiceReference',
        parameters: { server: expression('@dataset().server'), database: expression('@dataset().database') },
      },
      parameters: {
        server: { type: 'String' },
        database: { type: 'String' },
        schema: { type: 'String' },
        table: { type: 'String' },
      },
      typeProperties: { schema: expression('@dataset().schema'), table: expression('@dataset().table') },
      schema: [],
      annotations: ['Pipewright'],
    },
  },
];

const variablesOf = (settings: Record<string, string>): Record<string, Declared> =>
  Object.fromEntries(Object.entries(settings).map(([name, defaultValue]) => [name, { type: 'String', defaultValue }]));

/** The pipeline for Data Factory and Synapse. @param settings the defaults of its variables */
export function loadPipeline(project: string, settings: Settings): Pipeline {
  const linkedServiceName = {
    referenceName: database,
    type: 'LinkedServiceReference',
    parameters: databaseValues,
  } as const;
  const activities: Activity[] = [
    {
      ...getSecret,
      typeProperties: {
        method: 'GET',
        url: expression(`https://@{variables('keyVaultName')}.vault.azure.net${secretPath}`),
        authentication: { type: 'MSI', resource: 'https://vault.azure.net' },
      },
    },
    { ...logIn, typeProperties: { url: `${login.origin}${login.path}`, ...logInRequest } },
    {
      ...copy,
      inputs: [
        { referenceName: quantemplateDataset, type: 'DatasetReference', parameters: { path: expression(datasetPath) } },
      ],
      outputs: [
        {
          referenceName: sqlTable,
          type: 'DatasetReference',
          parameters: { ...databaseValues, schema: parameter('Schema'), table: stagingExpression },
        },
      ],
      typeProperties: { source, sink, enableStaging: false },
    },
    { ...publish, linkedServiceName, typeProperties: publishScript(project) },
    { ...drop, linkedServiceName, typeProperties: dropScript },
    ...sendCallbacks(publishActivity, ifFailedUpTo(publishActivity)),
  ];
  return {
    name: 'Load_Quantemplate_dataset',
    properties: {
      description,
      activities,
      parameters: { ...runParameters, ...callbackDeclared, [keyParameter]: { type: 'String', defaultValue: '' } },
      variables: variablesOf(settings),
      annotations: ['Pipewright'],
    },
  };
}

/** An ID to replace: Fabric has connections in place of linked services, and each has an ID of its own. */
const noConnection = { connection: '00000000-0000-0000-0000-000000000000' };

/**
 * The pipeline for Fabric, which inlines datasets and has no callbacks. Its last activity after success makes a failed run fail:
 * without it, the run would succeed because the staging table was dropped.
 */
export function loadFabricPipeline(project: string): Pipeline {
  const { clientId, organisationId, secretName, sqlDatabase } = emptySettings;
  const databaseName = expression("@variables('sqlDatabase')");
  const inlined = { annotations: [], schema: [], externalReferences: noConnection };
  return {
    name: 'Load_Quantemplate_dataset',
    properties: {
      description,
      activities: [
        {
          ...getSecret,
          typeProperties: { method: 'GET', relativeUrl: expression(secretPath) },
          externalReferences: noConnection,
        },
        { ...logIn, typeProperties: { relativeUrl: login.path, ...logInRequest }, externalReferences: noConnection },
        {
          ...copy,
          typeProperties: {
            source: {
              ...source,
              datasetSettings: {
                ...inlined,
                type: 'DelimitedText',
                typeProperties: {
                  location: { type: 'HttpServerLocation', relativeUrl: expression(datasetPath) },
                  ...csv,
                },
              },
            },
            sink: {
              ...sink,
              datasetSettings: {
                ...inlined,
                type: 'AzureSqlTable',
                typeProperties: { schema: parameter('Schema'), table: stagingExpression, database: databaseName },
              },
            },
            enableStaging: false,
          },
        },
        {
          ...publish,
          typeProperties: { database: databaseName, ...publishScript(project) },
          externalReferences: noConnection,
        },
        { ...drop, typeProperties: { database: databaseName, ...dropScript }, externalReferences: noConnection },
        {
          name: 'Count published rows',
          type: 'SetVariable',
          dependsOn: after(publishActivity),
          typeProperties: {
            variableName: 'publishedRows',
            value: expression(`@string(activity('${copyActivity}').output.rowsCopied)`),
          },
        },
      ],
      parameters: runParameters,
      variables: variablesOf({ secretName, clientId, organisationId, sqlDatabase, publishedRows: '' }),
      annotations: ['Pipewright'],
    },
  };
}
