import { filterField } from '../../../shared/src/define/filter.ts';
import { describeFieldOn } from '../../../shared/src/define/fields.ts';
import { asMarkdown } from '../../../zapier-app/adapter/markdown.ts';
import type { OfferedField } from './offer.ts';

/** An allowed difference between a form and the definition of a field, with its reason. */
export interface AllowedDifference {
  reason: string;
  platform: 'n8n' | 'zapier';
  /** Removes the difference from a form; returns it unchanged where there is none. */
  remove(form: OfferedField, definition: OfferedField): OfferedField;
}

/** The sentence that the n8n adapter appends to a field's help. */
const listSentence =
  ' Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** The sentence that Zapier's forms show before the help of a field that they cannot hide. */
const condition = /^Only used when “[^”]+” is “[^”]+”(?:(?:,| or) “[^”]+”)*\. /;

/** The examples of conditions in the help of a filter. */
const conditions = /“[^”]+” or “[^”]+”/;

/** All allowed differences, in the order in which they are removed. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    reason: "n8n shows the name of the binary field instead of the file, and n8n's linter requires this label.",
    platform: 'n8n',
    remove: (form, { label }) => (form.label === 'Input Binary Field' ? { ...form, label } : form),
  },
  {
    reason: "n8n's linter requires a multi-select to explain how IDs are specified.",
    platform: 'n8n',
    remove: (form) =>
      form.help.endsWith(listSentence) ? { ...form, help: form.help.slice(0, -listSentence.length) } : form,
  },
  {
    reason: 'The form of a connection, and a dropdown, cannot be hidden, so the help says when it matters.',
    platform: 'zapier',
    remove: (form) => ({ ...form, help: form.help.replace(condition, '') }),
  },
  {
    reason: 'The help of a filter has conditions that the events of its trigger can meet.',
    platform: 'zapier',
    remove: (form, { help }) =>
      help === describeFieldOn('zapier', filterField).help
        ? { ...form, help: form.help.replace(conditions, conditions.exec(help)?.[0] ?? '') }
        : form,
  },
  {
    reason: 'Zapier renders help as Markdown, so the adapter escapes characters and names links.',
    platform: 'zapier',
    remove: (form, { help }) => (form.help === asMarkdown(help) ? { ...form, help } : form),
  },
];
