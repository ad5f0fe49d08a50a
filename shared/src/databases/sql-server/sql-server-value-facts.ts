import type { ExistingColumn } from '../../datasets/load/target.ts';

/** What the values of a column need of its type. */
export interface ValueFacts {
  /** Units of UTF-16 of the longest. */
  longest: number;
  /** Of numbers: most digits before the point and behind it. */
  whole: number;
  scale: number;
  /** Of timestamps: digits of the fraction of a second. */
  fraction: number;
  /** The first value that breaks a rule of the column as it is, and what is wrong with it. */
  misfit: { value: string; reason: string } | undefined;
}

/** The facts of a column without values. */
export function noFacts(): ValueFacts {
  return { longest: 0, whole: 0, scale: 0, fraction: 0, misfit: undefined };
}

/** Takes the length of a value into account. */
export function lookAtText(facts: ValueFacts, value: string): void {
  if (value.length > facts.longest) facts.longest = value.length;
}

/** Takes a value into account that may be a number or a timestamp, in a column that may yet become text. */
export function lookAtNumber(facts: ValueFacts, value: string): void {
  lookAtText(facts, value);
  const fraction = /^.{16}:\d\d\.(\d*?)0*(?!\d)/.exec(value)?.[1]?.length ?? 0;
  if (fraction > facts.fraction) facts.fraction = fraction;
  const [, before, behind = ''] = /^[-+]?0*(\d*)\.?(\d*?)0*$/.exec(value) ?? [];
  if (before === undefined) return;
  facts.whole = Math.max(facts.whole, before.length);
  facts.scale = Math.max(facts.scale, behind.length);
}

/** Takes into account whether a value breaks a rule of the column as it is. */
export function lookAtRules(facts: ValueFacts, { rules = [] }: ExistingColumn, value: string): void {
  if (facts.misfit) return;
  const broken = rules.find((rule) => rule.fails(value));
  if (broken) facts.misfit = { value, reason: broken.reason };
}
