import type { Bundle, Search as ZapierSearch, ZObject } from 'zapier-platform-core';
import type { Context } from '../../shared/src/define/context.ts';
import type { Search } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { saveFor } from './action.ts';
import { callService } from './call.ts';
import { gatherInput } from './declared-fields.ts';
import { fieldGroupsOf, inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { outputFieldsOf, withJsonTexts } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** Converts a search of a service to a Zapier search, which uses the first result. */
export function searchOf(service: Service, search: Search, settings: Settings): ZapierSearch {
  const { sample } = search;
  return {
    key: keyOf(service, search),
    noun: nounOf(search),
    display: { label: labelOf(service, search, settings.services), description: search.description },
    operation: {
      inputFields: inputFieldsOf(search.input, service, settings),
      ...fieldGroupsOf(search.input),
      outputFields: outputFieldsOf(search.output, sample),
      sample: withJsonTexts(search.output, sample),
      perform: async (z: ZObject, bundle: Bundle) => {
        const call = { z, bundle, settings, service };
        const run = (context: Context) => search.run(gatherInput(search.input, bundle.inputData ?? {}), context);
        const found = await callService(call, run, saveFor(call, search));
        return found.map((one) => withJsonTexts(search.output, one)) as { id: string }[];
      },
    },
  };
}
