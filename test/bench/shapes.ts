import { closeSync, openSync, writeSync } from 'node:fs';
import { claimsColumns, claimsPieces, seededRandom } from '../support/claims-file.ts';

/** How the values of a column are written. */
type Kind = 'integer' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'text' | 'long';

/** A kind of dataset: its columns with the types inferred from the whole file, and its CSV. */
export interface Shape {
  name: string;
  columns: readonly (readonly [name: string, type: Exclude<Kind, 'long'>])[];
  /** Pieces of the file without end; the first one starts with the header. */
  pieces(): Generator<Buffer>;
}

const words = 'the claim was paid in full after the surveyor’s report of water damage to the roof and the cellar'.split(
  ' ',
);

/** Values of a column by its type. */
function valuesOf(random: () => number): Record<Kind, () => string> {
  const whole = (below: number): number => Math.floor(random() * below);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = (): string => `20${two(10 + whole(16))}-${two(1 + whole(12))}-${two(1 + whole(28))}`;
  return {
    integer: () => String(whole(1_000_000)),
    decimal: () => (random() * 100_000).toFixed(2),
    boolean: () => (whole(2) ? 'true' : 'false'),
    date: day,
    timestamp: () => `${day()} ${two(whole(24))}:${two(whole(60))}:${two(whole(60))}`,
    text: () => `status ${whole(500)}`,
    long: () => {
      const text = Array.from({ length: 20 + whole(60) }, () => words[whole(words.length)]).join(' ');
      return whole(4) === 0 ? `"${text}, ""as agreed""\n${text}"` : whole(2) ? `"${text}, closed"` : text;
    },
  };
}

function shape(name: string, kinds: readonly Kind[]): Shape {
  const columns = kinds.map((kind, index) => [`${kind}_${index + 1}`, kind === 'long' ? 'text' : kind] as const);
  return {
    name,
    columns,
    *pieces() {
      const values = valuesOf(seededRandom(1));
      let text = `${columns.map(([column]) => column).join(',')}\n`;
      for (;;) {
        text += `${kinds.map((kind) => values[kind]()).join(',')}\n`;
        if (text.length < 65_536) continue;
        yield Buffer.from(text);
        text = '';
      }
    },
  };
}

const repeat = (kinds: readonly Kind[], times: number): Kind[] => Array.from({ length: times }, () => kinds).flat();

/** Insurance data, as in the other benchmarks. */
export const insurance: Shape = {
  name: 'insurance',
  columns: claimsColumns,
  pieces: () => claimsPieces(100_000_000),
};

/** Insurance data, many columns, long texts and numbers only. */
export const shapes: readonly Shape[] = [
  insurance,
  shape('200 columns', repeat(['integer', 'decimal', 'text', 'date', 'timestamp', 'boolean', 'text', 'decimal'], 25)),
  shape('texts', ['integer', 'long', 'long', 'text', 'long']),
  shape('numbers', repeat(['integer', 'decimal', 'decimal', 'integer'], 5)),
];

/** Writes a file of at least the given size in MB, with whole rows. */
export function writeShape({ pieces }: Shape, file: string, megabytes: number): void {
  const descriptor = openSync(file, 'w');
  let left = megabytes * 1_000_000;
  for (const piece of pieces()) {
    writeSync(descriptor, piece);
    left -= piece.length;
    if (left <= 0) break;
  }
  closeSync(descriptor);
}
