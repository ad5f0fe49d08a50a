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

/** All allowed differences. */
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
];
