import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../support/machine/paths.ts';
import type { Credential } from '../../support/n8n-server/credentials.ts';
import type { WorkflowJson, WorkflowNode } from '../../support/n8n-server/workflows.ts';
import type { Flow } from './flow.ts';

/** The templates that users import, by flow key. */
export const templates: Record<Flow['key'], string> = {
  '000': 'load-updated-dataset',
  '001': 'report-notebook-run',
  '002': 'refresh-report',
  '003': 'run-synapse',
};

/** The credential types that one of our nodes needs. */
const credentialsOf: Record<string, readonly string[]> = {
  dataFactory: ['pipewrightAzureApi'],
  synapse: ['pipewrightAzureApi'],
  dbtTrigger: ['pipewrightDbtApi'],
  mode: ['pipewrightModeApi'],
  quantemplate: ['pipewrightQuantemplateApi'],
  quantemplateTrigger: ['pipewrightQuantemplateApi'],
  slack: ['pipewrightSlackApi'],
  sqlTable: ['pipewrightSqlApi'],
};

/** The name of one of our nodes without its package; undefined for other nodes. */
export const ownType = (node: WorkflowNode): string | undefined =>
  /^n8n-nodes-pipewright-\w+\.(\w+)$/.exec(node.type)?.[1];

/** Reads a template and sets it up as a user does after importing it: selects credentials, enters the table name. */
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
    const parameters = ownType(node) === 'sqlTable' ? { ...node.parameters, table } : node.parameters;
    return { ...node, parameters, ...(chosen.length > 0 ? { credentials: Object.fromEntries(chosen) } : {}) };
  });
  return { ...workflow, nodes };
}
