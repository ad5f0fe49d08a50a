const usual = 20_261_128;

/**
 * The seed of a test with random inputs, printed so that a failure can be repeated. It is the same in every run, so that
 * a change fails for its own faults; `PIPEWRIGHT_SEED=<number>` repeats another run, `PIPEWRIGHT_SEED=random` searches.
 */
export function seedOf(test: string): number {
  const wanted = process.env['PIPEWRIGHT_SEED'];
  const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted ?? usual);
  process.stderr.write(`${test}: PIPEWRIGHT_SEED=${seed}\n`);
  return seed;
}
