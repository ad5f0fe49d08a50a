import type { Bundle, Create, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Action, Callback, Operation, Output } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { stillRunning } from '../../shared/src/define/still-running.ts';
import { callService, type Save, type ServiceCall } from './call.ts';
import { gatherInput } from './declared-fields.ts';
import { declaredOutputsOf } from './declared-outputs.ts';
import { pointTo, stash } from './hydrate.ts';
import { fieldGroupsOf, inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { sampleOf, withJsonTexts } from './output-fields.ts';
import type { Settings } from './settings.ts';

/**
 * How a step stores files. The file of a read-only operation becomes a pointer and is fetched when a later step needs it. An
 * operation with side effects must not run again for its file, and a snapshot would be another file later, so that such a file is
 * stored immediately.
 */
export function saveFor({ z, bundle, settings, service }: ServiceCall, operation: Operation): Save {
  const runsAgain = operation.effect === 'safe' && !(operation.kind === 'action' && operation.isSnapshot);
  return runsAgain
    ? pointTo(z, settings.downloadFile, { operation: keyOf(service, operation), input: bundle.inputData ?? {} })
    : stash(z);
}

function runAction(call: ServiceCall, action: Action): Promise<Output> {
  const run = async (context: Context): Promise<Output> =>
    withJsonTexts(action.output, await action.run(gatherInput(action.input, call.bundle.inputData ?? {}), context));
  return callService(call, run, saveFor(call, action));
}

/** Starts an action that waits for a callback: Zapier pauses the step, unless the work has already finished. */
function startAction(call: ServiceCall, action: Action, callback: Callback): Promise<Output> {
  const { z, bundle } = call;
  const start = async (context: Context): Promise<Output> => {
    const input = gatherInput(action.input, bundle.inputData ?? {});
    // The editor does not resume a step, so a test polls the run instead.
    if (!callback.isChosen(input) || bundle.meta?.isLoadingSample)
      return withJsonTexts(action.output, await action.run(input, context));
    const { output, kept } = await callback.start(input, context, () => z.generateCallbackUrl());
    const complete = withJsonTexts(action.output, output);
    return kept ? { ...complete, kept, pausedAt: context.host.now() } : complete;
  };
  return callService(call, start, saveFor(call, action));
}

/** How often, and for how long, to poll when the callback arrives before the work has finished. */
const pollIntervalMs = 2_000;
const maxPollMs = 20_000;

/** How long after its start a run is surely remembered under its Start Key; the key itself is kept for three days. */
const maxRepeatablePauseMs = 2 * 24 * 3600 * 1000;

/** The output of a paused step, as returned by `startAction`. */
interface PausedStep {
  outputData: Output & { kept: Record<string, unknown>; pausedAt: number };
}

/** Whether reading the run may soon succeed; Zapier resumes a paused step only once. */
function isTemporary(error: unknown): boolean {
  return (
    error instanceof PipewrightError &&
    (error.retryable || error.code === 'unexpected-response' || error.code === 'unauthorized')
  );
}

/**
 * The error of a step whose callback was called while its run is active, such as by another run of the same dbt job. With a Start
 * Key, it makes no difference whether Zapier then runs the whole step again or only this part.
 */
function resumedTooEarly({ service, bundle }: ServiceCall, { id, name }: Output, pausedMs: number): PipewrightError {
  const repeatable = (bundle.inputData?.['startKey'] ?? '') !== '' && pausedMs < maxRepeatablePauseMs;
  return stillRunning({ service: service.name, what: String(name), id: String(id), waitedMs: maxPollMs, repeatable });
}

/** Whether On Failure is Continue, as a value or, mapped from another step, as the label. */
const continuesOnFailure = ({ inputData }: Bundle): boolean =>
  String(inputData?.['onFailure'] ?? '').toLowerCase() === 'continue';

/** The result of a paused step. */
function resumeAction(call: ServiceCall, action: Action, callback: Callback): Promise<Output> {
  const { bundle } = call;
  return callService(call, async (context) => {
    const { kept, pausedAt, ...started } = (bundle as Bundle & PausedStep).outputData;
    const until = context.host.now() + maxPollMs;
    for (;;) {
      const finished = await callback.readFinished(kept, context).catch((error: unknown) => {
        if (isTemporary(error) && context.host.now() < until) return undefined;
        throw error;
      });
      if (finished?.failure && !continuesOnFailure(bundle)) throw finished.failure;
      if (finished) return withJsonTexts(action.output, finished.output);
      if (context.host.now() >= until) throw resumedTooEarly(call, started, context.host.now() - pausedAt);
      await context.host.sleep(pollIntervalMs);
    }
  });
}

/** Converts an action of a service to a Zapier create. */
export function createOf(service: Service, action: Action, settings: Settings): Create {
  const { sample, callback } = action;
  return {
    key: keyOf(service, action),
    noun: nounOf(action),
    display: { label: labelOf(service, action, settings.services), description: action.description },
    operation: {
      inputFields: inputFieldsOf(action.input, service, settings),
      ...fieldGroupsOf(action.input),
      outputFields: declaredOutputsOf(action, service, settings),
      sample: sampleOf(action.output, sample),
      perform: (z: ZObject, bundle: Bundle) => {
        const call = { z, bundle, settings, service };
        return callback ? startAction(call, action, callback) : runAction(call, action);
      },
      ...(callback
        ? {
            performResume: (z: ZObject, bundle: Bundle) =>
              resumeAction({ z, bundle, settings, service }, action, callback),
          }
        : {}),
    },
  };
}
