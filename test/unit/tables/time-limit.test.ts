import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipelinesPage } from '../../../shared/src/host/pipelines-page.ts';
import { refuseTooLarge, startTimeLimit } from '../../../shared/src/tables/time-limit.ts';
import { projectRoot } from '../../support/machine/paths.ts';

/** Yields one piece per second. */
async function* onePiecePerSecond(clock: { now: number }, seconds: number): AsyncGenerator<Uint8Array> {
  for (let second = 0; second < seconds; second += 1) {
    clock.now += 1000;
    yield Buffer.from('1\n');
  }
}

async function countPieces(seconds: number, maxWaitSeconds?: number): Promise<number> {
  const clock = { now: 0 };
  const host = { now: () => clock.now, ...(maxWaitSeconds === undefined ? {} : { maxWaitSeconds }) };
  let pieces = 0;
  for await (const _piece of startTimeLimit(host).limit(onePiecePerSecond(clock, seconds))) pieces += 1;
  return pieces;
}

describe('startTimeLimit', () => {
  it('passes all bytes that arrive in time', async () => {
    expect(await countPieces(25, 25)).toBe(25);
  });

  it('fails with a way out before the platform stops the step', async () => {
    await expect(countPieces(27, 25)).rejects.toMatchObject({
      code: 'timed-out',
      message: 'The dataset was not read within the time limit of 25 seconds. Nothing was changed.',
      hint: expect.stringMatching(/Run Pipeline .*docs\/pipelines\/README\.md$/),
    });
  });

  it('also stops reading after the last byte, as for a workbook', () => {
    const clock = { now: 0 };
    const { checkpoint } = startTimeLimit({ now: () => clock.now, maxWaitSeconds: 25 });
    clock.now = 25_000;
    expect(checkpoint).not.toThrow();
    clock.now = 25_001;
    expect(checkpoint).toThrow('within the time limit of 25 seconds');
  });

  it('passes all bytes where there is no time limit', async () => {
    expect(await countPieces(100)).toBe(100);
  });
});

describe('refuseTooLarge', () => {
  const megabytes = (size: number, maxWaitSeconds?: number) => () =>
    refuseTooLarge(
      { bytes: onePiecePerSecond({ now: 0 }, 1), size: size * 1024 * 1024 },
      maxWaitSeconds === undefined ? {} : { maxWaitSeconds },
    );

  it('derives the maximum size from the time limit of the host', () => {
    expect(megabytes(100, 25)).not.toThrow();
    expect(megabytes(101, 25)).toThrow('it has 101 MB, and a step can read up to 100 MB in 25 seconds');
    expect(megabytes(101)).not.toThrow();
  });

  it('names a page about pipelines that copy larger datasets, and the page exists', () => {
    expect(megabytes(101, 25)).toThrow(expect.objectContaining({ hint: expect.stringContaining(pipelinesPage) }));
    const [, path = ''] = pipelinesPage.split('/blob/main/');
    expect(existsSync(join(projectRoot, path))).toBe(true);
  });
});
