import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../../shared/src/host/is-object.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import type { Credential } from '../../support/n8n-server/credentials.ts';
import type { WorkflowJson, WorkflowNode } from '../../support/n8n-server/workflows.ts';
import { sandboxAccounts } from '../../doubles/accounts.ts';
import type { Flow } from './flow.ts';

/** The templates that users import, by flow key. */
export const templates: Record<Flow['key'], string> = {
  '000': 'load-updated-dataset',
  '001': 'report-notebook-run',
  '002': 'refresh-report',
  '003': 'run-synapse',
  '005': 'refresh-semantic-model',
  '006': 'run-fabric',
  '007': 'refresh-workbook',
};

/** The credential types that one of our nodes needs. */
const credentialsOf: Record<string, readonly string[]> = {
  dataFactory: ['pipewrightAzureApi'],
  synapse: ['pipewrightAzureApi'],
  dbtTrigger: ['pipewrightDbtApi'],
  mode: ['pipewrightModeApi'],
  powerBi: ['pipewrightPowerBiApi'],
  tableau: ['pipewrightTableauApi'],
  fabric: ['pipewrightFabricApi'],
  quantemplate: ['pipewrightQuantemplateApi'],
  quantemplateTrigger: ['pipewrightQuantemplateApi'],
  slack: ['pipewrightSlackApi'],
  sqlTable: ['pipewrightSqlApi'],
};

const { azure, dbt, fabric, mode, powerBi, slack, tableau } = sandboxAccounts;

/** What a user selects in the empty fields of a template: by parameter, and where they differ by template or operation. */
const selected: Record<string, string | Record<string, string>> = {
  factory: `${azure.resourceGroup}/${azure.factory}`,
  workspace: { '003': azure.workspace, '005': powerBi.workspaceId, '006': fabric.workspaceId },
  model: powerBi.modelId,
  workbook: tableau.workbookId,
  item: { runPipeline: fabric.pipelineId, runNotebook: fabric.notebookId },
  pool: azure.sparkPool,
  pipeline: { '000': 'QT_fetch_data', '001': 'Run_KPI_notebook', '003': 'Spark_transform' },
  report: mode.reportToken,
  channel: slack.dataChannelId,
};

/** What the lists call the selected entries whose value is an ID: n8n shows it on the canvas. */
const entryNames: Record<string, string> = {
  [powerBi.modelId]: 'Claims overview',
  [fabric.pipelineId]: 'Load claims',
  [fabric.notebookId]: 'Claims report',
  [mode.reportToken]: 'Weekly claims KPI',
  [slack.dataChannelId]: '#data-team',
};

/** The parameters of a node with the empty lists selected as the flow needs them. */
function select(key: Flow['key'], parameters: NonNullable<WorkflowNode['parameters']>) {
  const entries = Object.entries(parameters).map(([name, value]): [string, unknown] => {
    if (name === 'jobs') return [name, [String(dbt.jobId)]];
    if (!isObject(value) || value['value'] !== '') return [name, value];
    const choice = selected[name];
    const id = isObject(choice) ? (choice[key] ?? choice[String(parameters['operation'])]) : choice;
    const entryName = entryNames[String(id)];
    return [name, { ...value, value: id, ...(entryName ? { cachedResultName: entryName } : {}) }];
  });
  return Object.fromEntries(entries);
}

/** The name of one of our nodes without its package; undefined for other nodes. */
export const ownType = (node: WorkflowNode): string | undefined =>
  /^n8n-nodes-pipewright-[\w-]+\.(\w+)$/.exec(node.type)?.[1];

/** Reads a template and sets it up as a user does after importing it: selects credentials and everything that is empty. */
export async function readTemplate(
  key: Flow['key'],
  credentials: Record<string, Credential>,
  table: string,
): Promise<WorkflowJson> {
  const file = join(projectRoot, 'n8n-nodes', 'templates', `${templates[key]}.json`);
  const workflow = JSON.parse(await readFile(file, 'utf8')) as WorkflowJson;
  const nodes = workflow.nodes.map((node) => {
    const kinds = credentialsOf[ownType(node) ?? ''] ?? [];
    const chosen = kinds.flatMap((kind) => {
      const { id, name } = credentials[kind] ?? {};
      return id && name ? [[kind, { id, name }] as const] : [];
    });
    const filled = ownType(node) === undefined ? node.parameters : select(key, node.parameters ?? {});
    const parameters = ownType(node) === 'sqlTable' ? { ...filled, table, mode: 'replace' } : filled;
    return { ...node, parameters, ...(chosen.length > 0 ? { credentials: Object.fromEntries(chosen) } : {}) };
  });
  return { ...workflow, nodes };
}
