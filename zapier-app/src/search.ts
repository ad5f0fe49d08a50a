import type { Bundle, Search as ZapierSearch, ZObject } from 'zapier-platform-core';
import type { Search } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { runOperation } from './action.ts';
import { inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** A search of a service as a search of Zapier, which takes the first thing that was found. */
export function searchOf(service: Service, search: Search, settings: Settings): ZapierSearch {
  const sample = search.sample as Record<string, unknown>;
  return {
    key: keyOf(service, search),
    noun: nounOf(search),
    display: { label: labelOf(service, search), description: search.description },
    operation: {
      inputFields: inputFieldsOf(search.input, service, settings),
      outputFields: outputFieldsOf(search.output, sample),
      sample,
      perform: (z: ZObject, bundle: Bundle) => runOperation<{ id: string }[]>(z, bundle, settings, service, search),
    },
  };
}
