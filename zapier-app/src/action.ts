import type { Bundle, Create, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Action, Callback, Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { callService } from './call.ts';
import { gatherInput } from './declared-fields.ts';
import { pointTo, stash } from './hydrate.ts';
import { inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

/**
 * Runs an operation for a step of a Zap. A file that is only read is pointed to and fetched when a later step needs it;
 * an operation that does work must not run again for its file, so that one is stored at once.
 */
export function runOperation<T>(
  z: ZObject,
  bundle: Bundle,
  settings: Settings,
  service: Service,
  operation: Operation,
): Promise<T> {
  const save =
    operation.effect === 'safe'
      ? pointTo(z, settings.downloadFile, { operation: keyOf(service, operation), input: bundle.inputData ?? {} })
      : stash(z);
  return callService(
    z,
    bundle,
    settings,
    service,
    (context) =>
      operation.run(
        checkInput(operation.input, gatherInput(operation.input, bundle.inputData ?? {})),
        context,
      ) as Promise<T>,
    save,
  );
}

/** Runs an action whose vendor calls at the end: Zapier pauses the step, unless the work has ended already. */
async function beginAction(
  z: ZObject,
  bundle: Bundle,
  settings: Settings,
  service: Service,
  action: Action,
  callback: Callback,
): Promise<Record<string, unknown>> {
  const input = checkInput(action.input, gatherInput(action.input, bundle.inputData ?? {})) as never;
  // In the editor a step is not resumed, so a test looks at the run itself.
  if (!callback.isChosen(input) || bundle.meta?.isLoadingSample)
    return runOperation(z, bundle, settings, service, action);
  const { output, kept } = await callService(z, bundle, settings, service, (context) =>
    callback.begin(input, context, () => z.generateCallbackUrl()),
  );
  return kept ? { ...output, kept } : output;
}

/** What Zapier waits between two looks when a call comes before the work has ended, in milliseconds, and for how long. */
const afterCall = { every: 2_000, seconds: 20 };

/** What became of a paused step. */
function resumeAction(
  z: ZObject,
  bundle: Bundle,
  settings: Settings,
  service: Service,
  action: Action,
  callback: Callback,
): Promise<Record<string, unknown>> {
  const { kept, ...begun } = (
    bundle as Bundle & { outputData: Record<string, unknown> & { kept: Record<string, unknown> } }
  ).outputData;
  return callService(z, bundle, settings, service, async (context) => {
    const until = context.host.now() + afterCall.seconds * 1000;
    for (;;) {
      // A status that cannot be read now may be readable in a moment; Zapier calls a paused step only once.
      const ended = await callback.look(kept, context).catch((error: unknown) => {
        const passes =
          error instanceof PipewrightError &&
          (error.retryable || error.code === 'unexpected-answer' || error.code === 'unauthorized');
        if (passes && context.host.now() < until) return undefined;
        throw error;
      });
      if (ended?.failure && bundle.inputData?.['onFailure'] !== 'continue') throw ended.failure;
      if (ended) return ended.output;
      if (context.host.now() >= until) return begun;
      await context.host.sleep(afterCall.every);
    }
  });
}

/** An action of a service as a create of Zapier. */
export function createOf(service: Service, action: Action, settings: Settings): Create {
  const sample = action.sample as Record<string, unknown>;
  const { callback } = action;
  return {
    key: keyOf(service, action),
    noun: nounOf(action),
    display: { label: labelOf(service, action), description: action.description },
    operation: {
      inputFields: inputFieldsOf(action.input, service, settings),
      outputFields: outputFieldsOf(action.output, sample),
      sample,
      perform: (z: ZObject, bundle: Bundle) =>
        callback
          ? beginAction(z, bundle, settings, service, action, callback)
          : runOperation<Record<string, unknown>>(z, bundle, settings, service, action),
      ...(callback
        ? {
            performResume: (z: ZObject, bundle: Bundle) => resumeAction(z, bundle, settings, service, action, callback),
          }
        : {}),
    },
  };
}
