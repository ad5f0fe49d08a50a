const usual = 20_261_128;

/**
 * The seed of a test with random inputs, printed so that a failure can be reproduced. It is the same in every run, so that
 * only code changes make the test fail; `PIPEWRIGHT_SEED=<number>` repeats another run, `PIPEWRIGHT_SEED=random` explores.
 */
export function seedOf(test: string): number {
  const wanted = process.env['PIPEWRIGHT_SEED'];
  const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted ?? usual);
  process.stderr.write(`${test}: PIPEWRIGHT_SEED=${seed}\n`);
  return seed;
}
