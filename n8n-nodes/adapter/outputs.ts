import { NodeConnectionTypes, type INodeTypeDescription } from 'n8n-workflow';
import { describeField, type Field } from '../../shared/src/define/fields.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { optionsName } from './form.ts';

/** The outputs of an operation with branches, as the expression reads them. */
function branchesOf(operation: Operation) {
  if (operation.kind !== 'action' || !operation.branches) return [];
  const { names, when = {} } = operation.branches;
  const outputs = names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName }));
  const conditions = Object.entries(when).map(([name, value]) => {
    const { advanced, default: initial } = describeField(operation.input[name] as Field);
    return { name, value, initial: String(initial), ...(advanced ? { isOption: true } : {}) };
  });
  return [[operation.key, { outputs, conditions }] as const];
}

/** The outputs of a node: one, or the named branches of the selected operation. */
export function describeOutputs({ operations }: Service): INodeTypeDescription['outputs'] {
  const branching = operations.flatMap(branchesOf);
  if (branching.length === 0) return [NodeConnectionTypes.Main];
  // Indented, because two closing braces in a row would end the expression.
  const operationsWithBranches = JSON.stringify(Object.fromEntries(branching), null, 1);
  return `={{ ((parameters) => {
  const { outputs, conditions } = (${operationsWithBranches})[parameters.operation] || { conditions: [] };
  const isChosen = ({ name, value, initial, isOption }) =>
    String(((isOption ? parameters.${optionsName} || {} : parameters)[name]) ?? initial) === value;
  return outputs && conditions.every(isChosen) ? outputs : ["${NodeConnectionTypes.Main}"];
})($parameter) }}`;
}
