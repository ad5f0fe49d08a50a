import type { N8n } from './n8n-server.ts';
import type { WorkflowNode } from './workflows.ts';

/** The entries that the editor shows in the list of a resource locator. */
export interface ListSearch {
  results: readonly { name: string; value: string | number; url?: string; description?: string }[];
  /** Token for the next page; missing on the last page. */
  paginationToken?: string;
}

/** The requested list. */
export interface ListSearchOptions {
  /** The `searchListMethod` of the resource locator. */
  method: string;
  /** The parameter that the list belongs to: `pipeline`. */
  parameter: string;
  /** The user's search text. */
  filter?: string;
  paginationToken?: string;
}

/** Queries the entries of a resource locator, as the editor does when a user opens the list. */
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
