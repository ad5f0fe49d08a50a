import { isSpoiled } from '../http/exact-json.ts';

const deepest = 64;
const most = 20_000;

/** What is known of a parsed body after one walk through it. */
export interface BodyFacts {
  /**
   * Whether it is as a notification may be: nested 64 deep at most, with 20,000 values at most. What is deeper would exhaust
   * the stack of whatever walks through it later.
   */
  withinBounds: boolean;
  /** Whether it holds a number that was too long to be parsed exactly. */
  hasSpoiledNumbers: boolean;
}

/** Walks through a parsed body, no further than its bounds. */
export function factsOf(body: unknown): BodyFacts {
  const facts = { withinBounds: true, hasSpoiledNumbers: false };
  let count = 0;
  const walk = (value: unknown, depth: number): void => {
    count += 1;
    if (depth > deepest || count > most) facts.withinBounds = false;
    else if (typeof value === 'object' && value !== null) {
      for (const key in value) {
        walk((value as Record<string, unknown>)[key], depth + 1);
        if (!facts.withinBounds) return;
      }
    } else if (isSpoiled(value)) facts.hasSpoiledNumbers = true;
  };
  walk(body, 0);
  return facts;
}
