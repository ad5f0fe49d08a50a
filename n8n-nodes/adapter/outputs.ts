import { NodeConnectionTypes, type INodeTypeDescription } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';

/** The outputs of a node: one, or the named branches of the selected operation. */
export function describeOutputs({ operations }: Service): INodeTypeDescription['outputs'] {
  const branching = operations.flatMap((operation) =>
    operation.kind === 'action' && operation.branches
      ? [
          [
            operation.key,
            operation.branches.names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
          ] as const,
        ]
      : [],
  );
  if (branching.length === 0) return [NodeConnectionTypes.Main];
  return `={{ (${JSON.stringify(Object.fromEntries(branching))})[$parameter["operation"]] || ["${NodeConnectionTypes.Main}"] }}`;
}
