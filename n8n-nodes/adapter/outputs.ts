import { NodeConnectionTypes, type INodeTypeDescription } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';

/** The outputs of a node: one, or for the operations that go on in several ways one for each, by its name. */
export function describeOutputs({ operations }: Service): INodeTypeDescription['outputs'] {
  const several = operations.flatMap((operation) =>
    operation.kind === 'action' && operation.branches
      ? [
          [
            operation.key,
            operation.branches.names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
          ] as const,
        ]
      : [],
  );
  if (several.length === 0) return [NodeConnectionTypes.Main];
  return `={{ (${JSON.stringify(Object.fromEntries(several))})[$parameter["operation"]] || ["${NodeConnectionTypes.Main}"] }}`;
}
