import { PipewrightError } from '../../host/error.ts';
import { matchName } from './match-names.ts';

/**
 * The names that columns get in the table, the empty string for a column that is left out; and the places of the columns that are
 * mapped to a name.
 * @param existing names of the columns of the table
 * @throws PipewrightError `columns-missing` for a name that the dataset does not have
 */
export function renameColumns(
  header: readonly string[],
  columnNames: Readonly<Record<string, string>>,
  existing: readonly string[],
): { renamed: string[]; mapped: number[] } {
  const renamed = [...header];
  const seen = new Map<number, { from: string; to: string }>();
  for (const [from, entered] of Object.entries(columnNames)) {
    // Names of a table can start or end with a space.
    const to = existing.includes(entered) ? entered : entered.trim();
    const found = matchName(from, header) ?? matchName(from.trim(), header);
    if (found === undefined)
      throw new PipewrightError({
        code: 'columns-missing',
        message: `The dataset has no column “${from}”, which ${to === '' ? 'is left out' : `Column Mapping loads into “${to}”`}.`,
        hint: `The table was not changed. Use the spelling of the header, or remove the column from ${to === '' ? 'Leave Out Columns or Column Mapping' : 'Column Mapping'}.`,
      });
    const place = header.indexOf(found);
    const other = seen.get(place);
    if (other !== undefined && other.to !== to)
      throw new PipewrightError({
        code: 'columns-missing',
        message: `Column Mapping has two names for the column “${found}” of the dataset: under “${other.from}” and “${from}”.`,
        hint: 'The table was not changed. Remove one of them from Column Mapping or Leave Out Columns.',
      });
    seen.set(place, { from, to });
    renamed[place] = to;
  }
  return { renamed, mapped: [...seen].flatMap(([place, { to }]) => (to === '' ? [] : [place])) };
}
