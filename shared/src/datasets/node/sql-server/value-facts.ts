/** What the values of a column need of its type. */
export interface ValueFacts {
  /** Units of UTF-16 of the longest. */
  longest: number;
  /** Of numbers: most digits before the point and behind it, the least and the greatest. */
  whole: number;
  scale: number;
  least: number;
  most: number;
}

/** The facts of a column without values. */
export function noFacts(): ValueFacts {
  return { longest: 0, whole: 0, scale: 0, least: 0, most: 0 };
}

/** Takes the length of a value into account. */
export function lookAtText(facts: ValueFacts, value: string): void {
  if (value.length > facts.longest) facts.longest = value.length;
}

/** Takes a value into account that may be a number, in a column that may yet become text. */
export function lookAtNumber(facts: ValueFacts, value: string): void {
  lookAtText(facts, value);
  const [, before, behind = ''] = /^[-+]?0*(\d*)\.?(\d*?)0*$/.exec(value) ?? [];
  if (before === undefined) return;
  facts.whole = Math.max(facts.whole, before.length);
  facts.scale = Math.max(facts.scale, behind.length);
  facts.least = Math.min(facts.least, Number(value));
  facts.most = Math.max(facts.most, Number(value));
}
