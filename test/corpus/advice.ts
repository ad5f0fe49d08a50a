import type { ReadOptions } from '../../shared/src/datasets/types/converted-rows.ts';

const delimiters = { Comma: ',', Semicolon: ';', Tab: '\t', Pipe: '|' } as const;

/**
 * The options that a refusal tells to set, as somebody would who knows the file: its first line is a title, its first row has
 * names, its encoding is Windows-1252, and its rows are in the first array. Undefined for advice that is no option.
 */
export function adviceOf(text: string): Partial<ReadOptions> | undefined {
  const skipped = /Set Skip Rows to (\d+)/.exec(text)?.[1];
  if (skipped !== undefined) return { skipRows: Number(skipped) };
  if (text.includes('Set Has Header Row to')) return { header: text.includes('to Yes') };
  if (text.includes('under Encoding')) return { encoding: 'windows-1252' };
  const delimiter = /Candidates: (Comma|Semicolon|Tab|Pipe) /.exec(text)?.[1];
  if (delimiter !== undefined) return { delimiter: delimiters[delimiter as keyof typeof delimiters] };
  const path = /contains the arrays? “([^”]+)”/.exec(text)?.[1];
  if (path !== undefined) return { jsonPath: path };
  return text.includes('set Format to JSON Lines') ? { format: 'json-lines' } : undefined;
}
