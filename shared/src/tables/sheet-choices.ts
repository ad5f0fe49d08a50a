import { defineChoices, search } from '../define/choice-list.ts';
import { filledText } from '../define/raw-input.ts';
import { openForForm } from './open-dataset.ts';

/** The worksheets of the chosen workbook; none until one is chosen, or for any other file. */
export const sheetChoices = defineChoices<unknown>({
  key: 'sheets',
  async load({ input: { source, file, url, fileInZip }, search: wanted }, context) {
    const chosen = { source: filledText(source) ?? 'file', file, url: filledText(url) };
    const address = { url: chosen.url, file: file || undefined }[chosen.source];
    if (address === undefined) return { choices: [] };
    const { listSheets } = await import('../datasets/excel/list-sheets.ts');
    const { bytes } = await openForForm([], chosen, context);
    const names = await listSheets(bytes, filledText(fileInZip));
    return {
      choices: search(
        names.map((name) => ({ value: name, label: name })),
        wanted,
      ),
    };
  },
});
