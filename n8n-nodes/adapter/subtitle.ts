import type { Operation } from '../../shared/src/define/operation.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/**
 * What the canvas says under the name of a node: the operation or event that was chosen, as the form calls it.
 * @param parameter which one chooses it
 */
export function describeSubtitle(parameter: 'operation' | 'event', choices: readonly (Operation | Trigger)[]): string {
  const names = Object.fromEntries(choices.map(({ key, name }) => [key, name]));
  return `={{ (${JSON.stringify(names)})[$parameter["${parameter}"]] }}`;
}
