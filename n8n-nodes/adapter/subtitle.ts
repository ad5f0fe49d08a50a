import type { Operation } from '../../shared/src/define/operation.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/**
 * The subtitle of a node on the canvas: the name of the selected operation or event.
 * @param parameter the parameter that selects it
 */
export function describeSubtitle(parameter: 'operation' | 'event', choices: readonly (Operation | Trigger)[]): string {
  const names = Object.fromEntries(choices.map(({ key, name }) => [key, name]));
  return `={{ (${JSON.stringify(names)})[$parameter["${parameter}"]] }}`;
}
