import { withinTime } from '../../../shared/src/tables/within-time.ts';

/** Pieces of which each comes a second after the one before. */
async function* everySecond(clock: { now: number }, seconds: number): AsyncGenerator<Uint8Array> {
  for (let second = 0; second < seconds; second += 1) {
    clock.now += 1000;
    yield Buffer.from('1\n');
  }
}

async function count(seconds: number, maxWaitSeconds?: number): Promise<number> {
  const clock = { now: 0 };
  const host = { now: () => clock.now, ...(maxWaitSeconds === undefined ? {} : { maxWaitSeconds }) };
  let pieces = 0;
  for await (const _piece of withinTime(everySecond(clock, seconds), host)) pieces += 1;
  return pieces;
}

describe('The bytes of a load', () => {
  it('all come when they come in time', async () => {
    expect(await count(25, 25)).toBe(25);
  });

  it('end with a way out when the platform would soon stop the step', async () => {
    await expect(count(27, 25)).rejects.toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('The table was not changed.'),
      hint: expect.stringContaining('n8n'),
    });
  });

  it('take the time that they need where nothing stops the step', async () => {
    expect(await count(100)).toBe(100);
  });
});
