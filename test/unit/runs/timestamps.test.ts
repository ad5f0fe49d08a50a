import { parseUtcTimestamp } from '../../../shared/src/runs/run.ts';

describe('A timestamp of a service that writes UTC', () => {
  it.each([
    ['2026-11-20T08:00:01.57', '2026-11-20T08:00:01.570Z'],
    ['2026-11-20 08:00:01', '2026-11-20T08:00:01.000Z'],
    ['2026-11-20 08:00:01.1234567', '2026-11-20T08:00:01.123Z'],
    ['2026-11-20T08:00:01Z', '2026-11-20T08:00:01.000Z'],
    ['2026-11-20T08:00:01+02:00', '2026-11-20T06:00:01.000Z'],
    ['2026-11-20 08:00:01-05:00', '2026-11-20T13:00:01.000Z'],
  ])('%s is %s on a machine in any time zone', (text, expected) => {
    const zone = process.env['TZ'];
    try {
      for (const machine of ['Pacific/Auckland', 'America/New_York']) {
        process.env['TZ'] = machine;
        expect(parseUtcTimestamp(text)).toBe(expected);
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
