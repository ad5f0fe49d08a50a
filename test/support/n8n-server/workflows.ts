import { setTimeout as sleep } from 'node:timers/promises';
import { waitToReadAgain } from './wait-to-read-again.ts';
import type { N8n } from './n8n-server.ts';

/** A node in the JSON of a workflow. */
export interface WorkflowNode {
  id: string;
  name: string;
  type: string;
  typeVersion: number;
  position: readonly [number, number];
  parameters: Record<string, unknown>;
  webhookId?: string;
  credentials?: Record<string, { id: string; name: string }>;
  [more: string]: unknown;
}

/** The JSON of a workflow, as the editor exports it. */
export interface WorkflowJson {
  name: string;
  nodes: readonly WorkflowNode[];
  connections: Record<string, unknown>;
  settings?: Record<string, unknown>;
}

/** A workflow stored in n8n. */
export interface Workflow extends WorkflowJson {
  id: string;
  versionId: string;
  active: boolean;
}

/** n8n's progress in activating the triggers of a workflow. */
interface Publication {
  status: 'in_progress' | 'not_published' | 'published' | 'partial' | 'failed';
  triggers: readonly { nodeId: string; status: string; errorMessage: string | null }[];
}

const secondsToPublish = 600;

/** The node from which `runManually` can start a workflow. */
export const manualTrigger: WorkflowNode = {
  id: 'start',
  name: 'Start',
  type: 'n8n-nodes-base.manualTrigger',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

/** A workflow with its nodes connected in sequence. */
export function workflowOf(name: string, ...nodes: WorkflowNode[]): WorkflowJson {
  const connections = Object.fromEntries(
    nodes
      .slice(1)
      .map((node, index) => [nodes[index]?.name, { main: [[{ node: node.name, type: 'main', index: 0 }]] }]),
  );
  return { name, nodes, connections };
}

/** Stores a workflow without activating it. */
export async function createWorkflow(n8n: N8n, workflow: WorkflowJson): Promise<Workflow> {
  return await n8n.api.rest('POST', 'workflows', { settings: { executionOrder: 'v1' }, ...workflow });
}

/**
 * Publishes the latest version of a workflow, and waits until its triggers are registered (a webhook trigger's own
 * `create` included); n8n does this after its response.
 * @throws Error with the trigger's message when it could not be registered
 */
export async function publishWorkflow(n8n: N8n, id: string): Promise<void> {
  const { versionId } = await n8n.api.rest<Workflow>('GET', `workflows/${id}`);
  await n8n.api.rest('POST', `workflows/${id}/activate`, { versionId });
  // n8n reads progress and triggers at the same time, so a publication that has just ended may show no triggers yet.
  let { status, triggers } = await settled(n8n, id);
  for (let tries = 0; status === 'not_published' && tries < 100; tries += 1) {
    await sleep(100);
    ({ status, triggers } = await settled(n8n, id));
  }
  if (status === 'published') return;
  const reasons = triggers.map((trigger) => trigger.errorMessage).filter(Boolean);
  throw new Error(`The workflow could not be published (${status}): ${reasons.join(' ') || 'n8n gave no reason.'}`);
}

/** Unpublishes a workflow, and waits until its triggers are removed (a webhook trigger's `delete` included). */
export async function unpublishWorkflow(n8n: N8n, id: string): Promise<void> {
  await n8n.api.rest('POST', `workflows/${id}/deactivate`, {});
  await settled(n8n, id);
}

/**
 * Runs the latest version of a workflow like the editor's button.
 * @param trigger name of the node to start from: a Manual Trigger or another node that needs no external event
 * @returns the ID of the execution, which has just started
 * @throws Error when the trigger waits for an external call
 */
export async function runManually(n8n: N8n, id: string, trigger: string): Promise<string> {
  const body = { triggerToStartFrom: { name: trigger } };
  const answer = await n8n.api.rest<{ executionId?: string }>('POST', `workflows/${id}/run`, body);
  if (answer.executionId !== undefined) return answer.executionId;
  throw new Error(`${trigger} waits for a call to its test address: publish the workflow to try it.`);
}

/**
 * The URL of a published webhook trigger.
 * @param node the trigger node of the workflow
 * @param path the `path` in the webhook description of a community node; undefined for n8n's own Webhook node, whose
 *   address is its Path parameter alone
 */
export function webhookUrl(n8n: N8n, node: Pick<WorkflowNode, 'webhookId' | 'parameters'>, path?: string): string {
  const parts = path === undefined ? [node.parameters['path'] ?? node.webhookId] : [node.webhookId, path];
  return [n8n.baseUrl, 'webhook', ...parts].join('/');
}

async function settled(n8n: N8n, id: string): Promise<Publication> {
  const deadline = Date.now() + secondsToPublish * 1000;
  for (let readings = 1; ; readings += 1) {
    const publication = await n8n.api.rest<Publication>('GET', `workflows/${id}/publication-status`);
    if (publication.status !== 'in_progress') return publication;
    if (Date.now() > deadline) throw new Error(`n8n did not finish publishing within ${secondsToPublish} s.`);
    await waitToReadAgain(readings);
  }
}
