import type { ExistingColumn } from '../../datasets/load/existing-column.ts';

/** Facts about the values of a column that its type must fit. */
export interface ValueFacts {
  /** Length of the longest value, in units of UTF-16. */
  longest: number;
  /** Maximum digits of numbers before and after the decimal point. */
  whole: number;
  scale: number;
  /** Maximum fractional second digits of timestamps. */
  fraction: number;
  /** The first value that violates a rule of the existing column, and the reason. */
  misfit: { value: string; reason: string } | undefined;
}

/** The facts of a column without values. */
export function noFacts(): ValueFacts {
  return { longest: 0, whole: 0, scale: 0, fraction: 0, misfit: undefined };
}

/** Adds the length of a value. */
export function addLength(facts: ValueFacts, value: string): void {
  if (value.length > facts.longest) facts.longest = value.length;
}

/** Adds a value that may be a number or a timestamp, in a column that may still become text. */
export function addNumber(facts: ValueFacts, value: string): void {
  addLength(facts, value);
  const fraction = /^.{16}:\d\d\.(\d*?)0*(?!\d)/.exec(value)?.[1]?.length ?? 0;
  if (fraction > facts.fraction) facts.fraction = fraction;
  const [, before, behind = ''] = /^[-+]?0*(\d*)\.?(\d*?)0*$/.exec(value) ?? [];
  if (before === undefined) return;
  facts.whole = Math.max(facts.whole, before.length);
  facts.scale = Math.max(facts.scale, behind.length);
}

/** Adds a value that violates a rule of the existing column. */
export function addMisfit(facts: ValueFacts, { rules = [] }: ExistingColumn, value: string): void {
  if (facts.misfit) return;
  const broken = rules.find((rule) => rule.fails(value));
  if (broken) facts.misfit = { value, reason: broken.reason };
}
