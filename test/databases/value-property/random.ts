import { seededRandom } from '../../support/claims-file.ts';

/** Random choices that can be reproduced from their seed. */
export class Random {
  readonly seed: number;
  readonly #next: () => number;

  constructor(seed: number) {
    this.seed = seed;
    this.#next = seededRandom(seed);
  }

  /** An integer from 0 to `below`, exclusive. */
  below(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** This number of digits, the first of them not zero. */
  digits(count: number): string {
    let text = '';
    for (let at = 0; at < count; at += 1) text += at === 0 ? 1 + this.below(9) : this.below(10);
    return text;
  }
}
