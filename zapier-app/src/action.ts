import type { Bundle, Create, ZObject } from 'zapier-platform-core';
import { checkInput } from '../../shared/src/operations/check-input.ts';
import type { Action, Operation } from '../../shared/src/operations/operation.ts';
import type { Service } from '../../shared/src/operations/service.ts';
import { callService } from './call.ts';
import { pointTo, stash } from './hydrate.ts';
import { inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

/**
 * Runs an operation for a step of a Zap. A file that is only read is pointed to and fetched when a later step needs it;
 * an operation that does work must not run again for its file, so that one is stored at once.
 */
export function runOperation<T>(z: ZObject, bundle: Bundle, settings: Settings, service: Service, operation: Operation): Promise<T> {
  const save = operation.effect === 'reads' ? pointTo(z, settings.downloadFile, { operation: keyOf(service, operation), input: bundle.inputData ?? {} }) : stash(z);
  return callService(z, bundle, settings, service, (context) => operation.run(checkInput(operation.input, bundle.inputData ?? {}), context) as Promise<T>, save);
}

/** An action of a service as a create of Zapier. */
export function createOf(service: Service, action: Action, settings: Settings): Create {
  const sample = action.sample as Record<string, unknown>;
  return {
    key: keyOf(service, action),
    noun: nounOf(action),
    display: { label: labelOf(service, action), description: action.description },
    operation: {
      inputFields: inputFieldsOf(action.input, service, settings),
      outputFields: outputFieldsOf(action.output, sample),
      sample,
      perform: (z: ZObject, bundle: Bundle) => runOperation<Record<string, unknown>>(z, bundle, settings, service, action),
    },
  };
}
