import { resourceValue } from '../../n8n-nodes/adapter/names.ts';
import { outputsFile } from '../../n8n-nodes/adapter/operation-properties.ts';
import { simplified } from '../../n8n-nodes/adapter/simplify.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { NodeToGenerate } from './node-file.ts';

/** The part of JSON Schema that n8n's editor reads. */
type Schema = { type: string; properties?: Record<string, Schema>; items?: Schema };

function schemaOf(value: unknown): Schema {
  if (value === null || value === undefined) return { type: 'null' };
  if (Array.isArray(value)) return value.length > 0 ? { type: 'array', items: schemaOf(value[0]) } : { type: 'array' };
  if (typeof value === 'object')
    return {
      type: 'object',
      properties: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOf(inner)])),
    };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  return { type: typeof value };
}

/** Whether every item of an operation has the fields of its sample; the columns of a dataset are known only when it is read. */
const hasFixedFields = (operation: Operation): boolean =>
  !outputsFile(operation) && !(operation.kind === 'action' && operation.items);

/**
 * The output schemas of a node, by path in its folder: n8n's editor shows the fields of an operation before it has run. They
 * are derived from the sample outputs, as the node returns them by default. Triggers have none: the editor does not read them.
 */
export function writeSchemas({ kind, service }: NodeToGenerate): [path: string, text: string][] {
  if (kind !== 'action') return [];
  return service.operations
    .filter(hasFixedFields)
    .map((operation) => [
      `__schema__/v1.0.0/${resourceValue(operation.resource)}/${operation.key}.json`,
      JSON.stringify({ ...schemaOf(simplified(operation.sample, operation.simple)), version: 1 }),
    ]);
}
