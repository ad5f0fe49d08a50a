import * as v from 'valibot';
import { defineDeclared } from '../../../define/declared-values.ts';
import { values } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { readDeclared } from './declared-parameters.ts';
import { openHome, type PipelineHomeKind } from './home.ts';

/** Field with the values of the parameters that a pipeline declares. */
export function parametersField(kind: PipelineHomeKind) {
  const declared = defineDeclared<AzureConnection>({
    key: 'pipelineParameters',
    noun: { singular: 'parameter', plural: 'parameters' },
    needs: [kind.key, 'pipeline'],
    async load(input, context) {
      const home = await openHome(kind, input, context);
      return (await readDeclared(kind, home, String(input['pipeline']), context.host))?.parameters ?? [];
    },
  });
  return v.optional(
    values({
      label: 'Parameters',
      help: "Values for the pipeline's parameters. Parameter names are case-sensitive.",
      placeholder: '{"DatasetID": "d-123"}',
      declared,
    }),
  );
}
