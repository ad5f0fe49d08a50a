import type { IExecuteFunctions } from 'n8n-workflow';

/** Whether the node is a tool of an AI agent; n8n derives the type of such a node from ours. */
export function isTool(context: IExecuteFunctions): boolean {
  return context.getNode().type.endsWith('Tool');
}
