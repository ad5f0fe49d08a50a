import { readValue } from '../../../../shared/src/datasets/formats/csv-block.ts';
import { TypedBlockBuilder } from '../../../../shared/src/datasets/formats/typed-block-builder.ts';
import { leafTypeOf } from '../../../../shared/src/datasets/parquet/leaf-type.ts';
import { PageValues } from '../../../../shared/src/datasets/parquet/page-values.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { seedOf } from '../../../support/seed.ts';

type Element = Parameters<typeof leafTypeOf>[0];

const seed = seedOf('numbers of Parquet files');

/** The values that are written without a string, as text, and the same values from `textOf`. */
function bothTexts(element: Element, numbers: readonly (number | bigint)[]): { written: unknown[]; texts: unknown[] } {
  const { write, textOf } = leafTypeOf(element);
  const values = new PageValues(numbers);
  const builder = new TypedBlockBuilder(',');
  builder.begin(1024);
  const texts: unknown[] = [];
  for (let at = 0; at < numbers.length; at += 1) {
    if (!write?.(values, at, builder)) continue;
    builder.endRow(1);
    texts.push(textOf(values, at));
  }
  const block = builder.build(1);
  return { written: texts.map((_text, index) => readValue(block, index)), texts };
}

const edges = [
  0,
  -0,
  1,
  -1,
  9,
  10,
  99,
  100,
  999_999_999,
  1e9,
  -1e9,
  1e14,
  999_999_999_999_999,
  1e15,
  -1e15,
  2 ** 53,
  1e21,
];

describe('A number of a Parquet file is written like its text', () => {
  const random = seededRandom(seed);
  const wholes = Array.from({ length: 20_000 }, () => Math.round((random() - 0.5) * 10 ** Math.floor(random() * 18)));

  it('as a double', () => {
    const { written, texts } = bothTexts({ name: 'a', type: 'DOUBLE' }, [
      ...edges,
      ...[NaN, Infinity, -Infinity, 0.1, 0.01, 0.001, -0.01, 0.005, 1.005, 4.35, 1e-300, Number.MAX_VALUE, 5e-324],
      ...wholes,
      ...wholes.map((whole) => whole / 10),
      ...wholes.map((whole) => whole / 100),
      ...wholes.map((whole) => whole / 1000),
      ...wholes.map((whole) => whole * random()),
    ]);
    expect(written).toEqual(texts);
    expect(texts.length).toBeGreaterThan(40_000);
  });

  it('as an integer', () => {
    const { written, texts } = bothTexts(
      { name: 'a', type: 'INT64' },
      [...edges, ...wholes].map((whole) => BigInt(whole)),
    );
    expect(written).toEqual(texts);
    expect(texts.length).toBeGreaterThan(10_000);
  });

  it.each([0, 1, 2, 9, 15, 16])('as a decimal with scale %i', (scale) => {
    const { written, texts } = bothTexts(
      { name: 'a', type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale },
      [...edges, ...wholes].map((whole) => BigInt(whole)),
    );
    expect(written).toEqual(texts);
    expect(texts.length > 0).toBe(scale <= 15);
  });
});
