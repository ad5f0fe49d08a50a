import { defineChoices, search } from '../define/choice-list.ts';
import { openForForm } from './open-dataset.ts';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The worksheets of the chosen workbook; none until one is chosen, or for any other file. */
export const sheetChoices = defineChoices<unknown>({
  key: 'sheets',
  async load({ input: { source, file, url, fileInZip }, search: wanted }, context) {
    const chosen = { source: textOf(source) ?? 'file', file, url: textOf(url) };
    const address = { url: chosen.url, file: file || undefined }[chosen.source];
    if (address === undefined) return { choices: [] };
    const { listSheets } = await import('../datasets/excel/list-sheets.ts');
    const { bytes } = await openForForm([], chosen, context);
    const names = await listSheets(bytes, textOf(fileInZip));
    return {
      choices: search(
        names.map((name) => ({ value: name, label: name })),
        wanted,
      ),
    };
  },
});
