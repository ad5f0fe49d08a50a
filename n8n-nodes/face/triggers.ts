import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/operations/check-input.ts';
import type { Trigger } from '../../shared/src/operations/trigger.ts';
import { readParameters, type ReadParameter } from './parameters.ts';

/** The trigger that was chosen under Event; the only one where there is no choice. */
export function chosenTrigger<T extends Trigger>(triggers: readonly T[], read: ReadParameter): T {
  const [only] = triggers;
  if (triggers.length === 1 && only) return only;
  const key = String(read('event', ''));
  const found = triggers.find((trigger) => trigger.key === key);
  if (found) return found;
  throw new PipewrightError({ code: 'bad-input', message: `There is no event “${key}”.`, hint: 'Choose an event from the list.' });
}

/** The checked input of a trigger. */
export function readTriggerInput(trigger: Trigger, read: ReadParameter): Record<string, unknown> {
  return checkInput(trigger.input, readParameters(trigger.input, read));
}
