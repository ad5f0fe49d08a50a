import type { INode } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { readParameters, type ReadParameter } from './parameters.ts';

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('=');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/**
 * Reads the parameters of a trigger; n8n's own way, which prepares for expressions, is taken only where there are
 * some.
 */
export function parameterReader(context: {
  getNode(): INode;
  getNodeParameter(name: string, fallback?: unknown): unknown;
}): ReadParameter {
  const { parameters } = context.getNode();
  if (hasExpression(parameters)) return (name, fallback) => context.getNodeParameter(name, fallback);
  return (name, fallback) => parameters[name] ?? fallback;
}

/** The trigger that was chosen under Event; the only one where there is no choice. */
export function chosenTrigger<T extends Trigger>(triggers: readonly T[], read: ReadParameter): T {
  const [only] = triggers;
  if (triggers.length === 1 && only) return only;
  const key = String(read('event', ''));
  const found = triggers.find((trigger) => trigger.key === key);
  if (found) return found;
  throw new PipewrightError({
    code: 'bad-input',
    message: `There is no event “${key}”.`,
    hint: 'Choose an event from the list.',
  });
}

/** The checked input of a trigger. */
export function readTriggerInput(trigger: Trigger, read: ReadParameter): Record<string, unknown> {
  return checkInput(trigger.input, readParameters(trigger.input, read));
}
