import type { N8n } from './n8n-server.ts';
import type { WorkflowNode } from './workflows.ts';

/** What the editor shows in the list of a resource locator. */
export interface ListSearch {
  results: readonly { name: string; value: string | number; url?: string; description?: string }[];
  /** Hand it back to get what follows; missing on the last page. */
  paginationToken?: string;
}

/** Which list is asked for. */
export interface ListSearchOptions {
  /** The `searchListMethod` of the resource locator. */
  method: string;
  /** The parameter the list belongs to: `pipeline`. */
  parameter: string;
  /** What the person typed to narrow the list. */
  filter?: string;
  paginationToken?: string;
}

/** Asks for the choices of a resource locator, as the editor does when a person opens the list. */
export async function listSearch(
  n8n: N8n,
  node: Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters' | 'credentials'>,
  { method, parameter, filter, paginationToken }: ListSearchOptions,
): Promise<ListSearch> {
  return await n8n.api.rest('POST', 'dynamic-node-parameters/resource-locator-results', {
    path: `parameters.${parameter}`,
    nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
    currentNodeParameters: node.parameters,
    methodName: method,
    ...(node.credentials && { credentials: node.credentials }),
    ...(filter !== undefined && { filter }),
    ...(paginationToken !== undefined && { paginationToken }),
  });
}
