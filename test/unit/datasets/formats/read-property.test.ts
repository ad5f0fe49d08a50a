import type { CsvFormat } from '../../../../shared/src/datasets/formats/csv-scanner.ts';
import { seedOf } from '../../../support/seed.ts';
import { samples } from '../../../support/thorough.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { readDataset } from '../read-dataset.ts';

const seed = seedOf('random datasets');
const letters = [
  'a',
  'Z',
  '7',
  '0',
  ' ',
  'é',
  '語',
  '😀',
  ',',
  '"',
  '\n',
  '\r\n',
  '\r',
  ';',
  '\t',
  '|',
  '\\',
  '.',
  '-',
  "'",
  '=',
  '<',
  '{',
  '[',
  '\uFEFF',
  '\u0085',
  'N/A',
  'true',
];
const delimiters = [',', ';', '\t', '|'] as const;

interface Table {
  header: string[];
  rows: (string | null)[][];
}

function randomTable(random: () => number, forms: readonly string[]): Table {
  const whole = (below: number): number => Math.floor(random() * below);
  const width = 1 + whole(7);
  const value = (): string | null => {
    const kind = random();
    if (kind < 0.1) return null;
    if (kind < 0.2) return '';
    if (kind < 0.4) return String(whole(100_000) / (whole(2) ? 1 : 100));
    return Array.from({ length: whole(9) }, () => forms[whole(forms.length)]).join('');
  };
  return {
    header: Array.from({ length: width }, (_value, column) => `column ${column}`),
    rows: Array.from({ length: 1 + whole(40) }, () => Array.from({ length: width }, value)),
  };
}

/** Writes CSV according to RFC 4180, with NULL as an unquoted empty value; shares no code with the reader. */
function writeCsv(
  { header, rows }: Table,
  { delimiter = ',' }: CsvFormat,
  quoteAll: boolean,
  lineEnd: string,
  lastEnd: boolean,
  mark: boolean,
): string {
  const quoted = (text: string): string => `"${text.split('"').join('""')}"`;
  const value = (text: string | null): string => {
    if (text === null) return '';
    const must = text === '' || ['"', '\n', '\r', delimiter, '\uFEFF'].some((letter) => text.includes(letter));
    return must || quoteAll ? quoted(text) : text;
  };
  const lines = [
    header.map((name) => (quoteAll ? quoted(name) : name)).join(delimiter),
    ...rows.map((row) => row.map(value).join(delimiter)),
  ];
  return `${mark ? '\uFEFF' : ''}${lines.join(lineEnd)}${lastEnd ? lineEnd : ''}`;
}

/** How many values each test reads. */
const atLeast = samples(30_000, 100_000);

describe('Random datasets', () => {
  it('are read exactly from CSV, with every delimiter, quoting style and line end, however the file is split', async () => {
    const random = seededRandom(seed);
    const flip = (): boolean => random() < 0.5;
    let values = 0;
    for (let round = 0; values < atLeast; round += 1) {
      const delimiter = delimiters[round % delimiters.length] as (typeof delimiters)[number];
      const table = randomTable(random, letters);
      // Without a line end, a last row of one NULL has no bytes at all.
      const text = writeCsv(
        table,
        { delimiter },
        flip(),
        flip() ? '\n' : '\r\n',
        table.header.length === 1 || flip(),
        flip(),
      );
      const size = 1 + Math.floor(random() * 90);
      const read = await readDataset(text, { delimiter }, size).catch((error: unknown) => ({ error: String(error) }));
      expect({ seed, round, delimiter, size, text, ...read }).toMatchObject({
        seed,
        header: table.header,
        rows: table.rows,
        rejects: [],
      });
      values += table.rows.length * table.header.length;
    }
  });

  it('are read exactly from JSON Lines and JSON arrays, however the file is split', async () => {
    const random = seededRandom(seed + 1);
    let values = 0;
    for (let round = 0; values < atLeast; round += 1) {
      const table = randomTable(random, [...letters, '\u2028', '\b', '\u001f']);
      const objects = table.rows.map((row) =>
        JSON.stringify(Object.fromEntries(row.map((value, column) => [table.header[column], value]))),
      );
      const isArray = round % 2 === 1;
      const text = isArray
        ? `[${objects.join(random() < 0.5 ? ',' : ' ,\n')}]`
        : `${objects.join('\n')}${random() < 0.5 ? '\n' : ''}`;
      const size = 1 + Math.floor(random() * 90);
      const read = await readDataset(text, { format: 'json-lines' }, size).catch((error: unknown) => ({
        error: String(error),
      }));
      expect({ seed, round, size, text, ...read }).toMatchObject({
        seed,
        header: table.header,
        rows: table.rows,
        rejects: [],
      });
      values += table.rows.length * table.header.length;
    }
  });

  it('keep every JSON number as written', async () => {
    const random = seededRandom(seed + 2);
    const digits = (): string =>
      Array.from({ length: 1 + Math.floor(random() * 30) }, () => Math.floor(random() * 10))
        .join('')
        .replace(/^0+(?=\d)/, '');
    const numbers = Array.from(
      { length: 20_000 },
      () =>
        `${random() < 0.3 ? '-' : ''}${digits()}${random() < 0.5 ? `.${digits()}0` : ''}${random() < 0.3 ? `${random() < 0.5 ? 'e' : 'E'}${random() < 0.5 ? '-' : ''}${digits().slice(0, 4)}` : ''}`,
    );
    const { rows } = await readDataset(numbers.map((number) => `{"n":${number}}`).join('\n'), { format: 'json-lines' });
    expect(rows.map(([number]) => number)).toEqual(numbers);
  });
});
