import type { INode } from 'n8n-workflow';

/** Whether a node is a tool of an AI agent; n8n derives the type of such a node from ours. */
export function isTool({ type }: INode): boolean {
  return type.endsWith('Tool');
}
