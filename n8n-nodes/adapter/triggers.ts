import type { INode } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { readParameters, type ReadParameter } from './parameters.ts';

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('=');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** Reads the parameters of a trigger. Uses `getNodeParameter`, which is slow, only for expressions. */
export function parameterReader(context: {
  getNode(): INode;
  getNodeParameter(name: string, fallback?: unknown): unknown;
}): ReadParameter {
  const { parameters } = context.getNode();
  if (hasExpression(parameters)) return (name, fallback) => context.getNodeParameter(name, fallback);
  return (name, fallback) => parameters[name] ?? fallback;
}

/** The trigger that is selected under Event, or the only one. */
export function selectedTrigger<T extends Trigger>(triggers: readonly T[], read: ReadParameter): T {
  const [only] = triggers;
  if (triggers.length === 1 && only) return only;
  const key = String(read('event', ''));
  const found = triggers.find((trigger) => trigger.key === key);
  if (found) return found;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The event “${key}” does not exist.`,
    hint: 'Select an event from the list.',
  });
}

/** The raw input of a trigger. */
export function readTriggerInput(trigger: Trigger, read: ReadParameter): RawInput {
  return readParameters(trigger.input, read);
}
