import { defineChoices, search } from '../../define/choice-list.ts';
import type { RawInput } from '../../define/raw-input.ts';
import { openTool } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { presetNames, presetOf, type Preset } from './presets.ts';
import { readListPage } from './read-list.ts';
import { readRepository } from './read-repository.ts';
import { wordAt } from './read-value.ts';

/** The preset that a form has selected so far. */
function selectedPreset(input: RawInput): Preset | undefined {
  const name = presetNames.find((one) => one === input['tool']);
  return name && presetOf(name);
}

/** The jobs of the selected tool. A tool in a repository lists them once the repository is filled in. */
export const jobChoices = defineChoices<RestJobConnection>({
  key: 'jobs',
  needs: ['tool'],
  async load({ input, page, search: wanted }, context) {
    const preset = selectedPreset(input);
    const repository = String(input['repository'] ?? '');
    if (!preset?.jobs || (preset.asks.repository && repository === '')) return { choices: [] };
    const { tool, jobs } = preset;
    const place = preset.asks.repository ? readRepository(repository) : {};
    const { entries, next } = await readListPage(openTool(context, tool), preset, jobs, place, page);
    const choices = entries.flatMap((entry) => {
      const id = wordAt(entry, jobs.id)?.split('/').at(-1);
      const name = jobs.name.map((field) => wordAt(entry, field)).find((one) => one !== undefined);
      return id === undefined ? [] : [{ value: id, label: name === undefined || name === id ? id : `${name} (${id})` }];
    });
    return { choices: search(choices, wanted), ...(next ? { nextPage: next } : {}) };
  },
});
