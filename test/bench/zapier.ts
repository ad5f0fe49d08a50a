import { builtZip } from '../adapters/zapier/built-zip.ts';
import { compareColdStart } from '../support/zapier-runtime/measure.ts';
import type { BenchResult } from './result.ts';

/** Cold start and size of the Zapier app, against an empty app. */
export async function benchZapier({ rounds = 9 } = {}): Promise<BenchResult[]> {
  const { app, empty, ratios } = await compareColdStart(await builtZip(), rounds);
  const against = 'an empty Zapier app';
  return [
    {
      name: 'Cold start of the Zapier app',
      against,
      ratio: ratios.coldStart,
      target: { kind: 'at most', value: 1.1 },
      notes: `${Math.round(app.spawnToReadyMs)} and ${Math.round(empty.spawnToReadyMs)} ms; memory ${ratios.memory.toFixed(2)}×`,
    },
    {
      name: 'Size of the Zapier zip',
      against,
      ratio: ratios.zip,
      target: { kind: 'at most', value: 1.15 },
      notes: `${Math.round(app.zipBytes / 1000)} and ${Math.round(empty.zipBytes / 1000)} KB`,
    },
  ];
}
