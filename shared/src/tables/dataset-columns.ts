import { checkInput } from '../define/check-input.ts';
import { defineDeclared, type DeclaredValues } from '../define/declared-values.ts';
import { formatFields, formatOf, sourceFields } from './dataset-fields.ts';
import { openForForm } from './open-dataset.ts';
import type { DatasetSource } from './dataset-sources.ts';

/**
 * The columns of the chosen dataset, from its header and first row; the rest is not read. Their types are not declared: later rows
 * may have other values.
 */
export function datasetColumns(sources: readonly DatasetSource[]): DeclaredValues {
  const fields = { ...sourceFields(sources), ...formatFields };
  return defineDeclared<unknown>({
    key: 'datasetColumns',
    noun: { singular: 'column', plural: 'columns' },
    needs: ['file'],
    async load(raw, context) {
      const { readRows } = await import('../datasets/rows/read-rows.ts');
      const input = checkInput(fields, raw);
      const dataset = await openForForm(sources, input, context);
      const { columns } = await readRows(dataset.bytes, { ...formatOf(input, dataset), first: 1, count: 1 });
      return columns.map(({ name }) => ({ name, type: 'text', required: false }));
    },
  });
}
