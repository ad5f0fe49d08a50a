import type { Bundle, Search as ZapierSearch, ZObject } from 'zapier-platform-core';
import type { Context } from '../../shared/src/define/context.ts';
import type { Operation, Output } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { saveFor } from './action.ts';
import { callService } from './call.ts';
import { gatherInput } from './declared-fields.ts';
import { declaredOutputsOf } from './declared-outputs.ts';
import { fieldGroupsOf, inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { sampleOf, withJsonTexts } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** What an operation finds. Nothing, with the reason in the log, if the service answers that the object does not exist. */
async function find(search: Operation, input: Record<string, unknown>, context: Context): Promise<Output[]> {
  if (search.kind === 'search') return search.run(input, context);
  try {
    return [await search.run(input, context)];
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'not-found' && error.status !== undefined)) throw error;
    context.host.log.info(`Nothing was found. ${describeError(error, 'zapier')}`);
    return [];
  }
}

/**
 * Converts an operation that finds objects, or reads one, to a Zapier search, which uses the first result. The user decides
 * whether the Zap continues without a result.
 */
export function searchOf(service: Service, search: Operation, settings: Settings): ZapierSearch {
  const { sample } = search;
  return {
    key: keyOf(service, search),
    noun: nounOf(search),
    display: { label: labelOf(service, search, settings.services), description: search.description },
    operation: {
      inputFields: inputFieldsOf(search.input, service, settings),
      ...fieldGroupsOf(search.input),
      outputFields: declaredOutputsOf(search, service, settings),
      sample: sampleOf(search.output, sample),
      perform: async (z: ZObject, bundle: Bundle) => {
        const call = { z, bundle, settings, service };
        const run = (context: Context) => find(search, gatherInput(search.input, bundle.inputData ?? {}), context);
        const found = await callService(call, run, saveFor(call, search));
        return found.map((one) => withJsonTexts(search.output, one)) as { id: string }[];
      },
    },
  };
}
