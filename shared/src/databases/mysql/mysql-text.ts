import type { InferredColumn } from '../../datasets/types/column.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';

/**
 * SQL that makes a column's values from the text that carried them; one that does not fit is an error. An empty text is
 * NULL where the type is not text.
 */
export function valueOfText({ name, type }: InferredColumn): string {
  const column = quoted(name);
  if (type === 'text') return column;
  const value = `nullif(${column}, '')`;
  if (type === 'boolean') return `CASE lower(${value}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE ${value} END`;
  return type === 'timestamp-with-zone' ? momentOfText(value) : value;
}

/** MySQL's own conversion of zones ends in 2038, so the offset is taken away as minutes. */
function momentOfText(value: string): string {
  const text = ['UTC', ' Z', ' +', ' -'].reduce(
    (written, zone) => `replace(${written}, '${zone}', '${zone === 'UTC' ? 'Z' : zone.trim()}')`,
    value,
  );
  const beforeOffset = '2026-11-20 10:00'.length;
  const place = `if(locate('+', ${text}) > 0, locate('+', ${text}), locate('-', ${text}, ${beforeOffset}))`;
  const digits = `replace(substring(${text}, ${place} + 1), ':', '')`;
  const minutes = `(left(${digits}, 2) * 60 + if(length(${digits}) = 4, right(${digits}, 2), 0)) * if(substring(${text}, ${place}, 1) = '-', -1, 1)`;
  return `CASE WHEN ${text} LIKE '%Z' THEN left(${text}, length(${text}) - 1) WHEN ${place} > 0 THEN CAST(left(${text}, ${place} - 1) AS datetime(6)) - INTERVAL ${minutes} MINUTE ELSE ${text} END`;
}
