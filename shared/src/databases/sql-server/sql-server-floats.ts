import type { ValueRule } from '../../datasets/load/target.ts';
import { floatRule } from '../../datasets/types/float-rule.ts';

/** The least numbers above zero and the greatest: the server keeps none beyond, nor the smallest ones of IEEE 754. */
const ranges: Record<string, { least: number; most: number }> = {
  float: { least: 2.23e-308, most: 1.79e308 },
  real: { least: 1.18e-38, most: 3.4e38 },
};

/**
 * What a column of floating-point numbers asks of a value: it is within the range of the type, which shows it again as it
 * is written: 0.1 is, the real 16777217 is not.
 * @param type `float`, which has 8 bytes, or `real`, which has 4 and is `float(24)`
 * @see https://learn.microsoft.com/sql/t-sql/data-types/float-and-real-transact-sql
 */
export function floatingPointRules(type: string): readonly ValueRule[] {
  const { least = 0, most = 0 } = ranges[type] ?? {};
  return [
    {
      reason: 'is not a number',
      fails: (text) =>
        text.trim() !== text || text === '' || !Number.isFinite(Number(text)) || !/^[-+.\deE]+$/.test(text),
    },
    {
      reason: `is not within the range of ${type}`,
      fails: (text) => Number(text) !== 0 && !(Math.abs(Number(text)) >= least && Math.abs(Number(text)) <= most),
    },
    floatRule(type === 'real' ? 4 : 8),
  ];
}
