import type { ValueRule } from '../../datasets/load/existing-column.ts';
import { floatRule } from '../../datasets/types/float-rule.ts';

/** Smallest and greatest absolute values: the server does not store the subnormal numbers of IEEE 754. */
const ranges: Record<string, { min: number; max: number }> = {
  float: { min: 2.23e-308, max: 1.79e308 },
  real: { min: 1.18e-38, max: 3.4e38 },
};

/**
 * The rules of a floating-point column: a value is in the range of the type, and reads back with the same digits, as 0.1
 * does and 16777217 as `real` does not.
 * @param type `float`, which has 8 bytes, or `real`, which has 4 and is `float(24)`
 * @see https://learn.microsoft.com/sql/t-sql/data-types/float-and-real-transact-sql
 */
export function floatingPointRules(type: string): readonly ValueRule[] {
  const { min = 0, max = 0 } = ranges[type] ?? {};
  return [
    {
      reason: 'is not a number',
      fails: (text) =>
        text.trim() !== text || text === '' || !Number.isFinite(Number(text)) || !/^[-+.\deE]+$/.test(text),
    },
    {
      reason: `is out of the range of ${type}`,
      fails: (text) => Number(text) !== 0 && !(Math.abs(Number(text)) >= min && Math.abs(Number(text)) <= max),
    },
    floatRule(type === 'real' ? 4 : 8),
  ];
}
