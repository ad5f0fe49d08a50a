import type { Bundle, FieldDynamicChoices, ZObject } from 'zapier-platform-core';
import type { ChoiceList } from '../../shared/src/define/choice-list.ts';
import { concealing } from '../../shared/src/define/conceal.ts';
import { withIds, type Fields, type ShownOption } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { callService } from './call.ts';
import type { Settings } from './settings.ts';

/** A page of a dropdown in Zapier's format. */
interface DropdownPage {
  results: { id: string; label: string }[];
  paging_token: string | null;
}

/** The choices of a static dropdown. Zapier has no place for the descriptions of options. */
export function choicesOf(options: readonly ShownOption[]): { value: string; label: string; sample: string }[] {
  return options.map(({ value, label }) => ({ value, label, sample: value }));
}

/**
 * A dropdown that is loaded from the vendor. It is empty until the fields that it needs are filled in.
 * @see https://docs.zapier.com/integrations/build-cli/dynamic-dropdowns
 */
export function dropdownOf(
  list: ChoiceList,
  fields: Fields,
  service: Service,
  settings: Settings,
): FieldDynamicChoices {
  const perform = (z: ZObject, bundle: Bundle): Promise<DropdownPage> =>
    callService({ z, bundle, settings, service }, async (context) => {
      const input = withIds(fields, bundle.inputData ?? {});
      if ((list.needs ?? []).some((field) => (input[field] ?? '') === '')) return { results: [], paging_token: null };
      const page = bundle.meta?.paging_token;
      const { choices, nextPage } = await concealing(service, context, (concealed) =>
        list.load({ input, ...(page ? { page } : {}) }, concealed),
      );
      return { results: choices.map(({ value, label }) => ({ id: value, label })), paging_token: nextPage ?? null };
    });
  return { perform };
}
