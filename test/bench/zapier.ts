import { apps, type AppName } from '../../scripts/generate/apps.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { builtZips } from '../adapters/zapier/built-zip.ts';
import { compareStarts } from '../support/zapier-runtime/measure.ts';
import type { BenchResult } from './result.ts';

const against = 'an empty Zapier app';

/** An app of one service costs what an empty app costs; several services and database drivers have a price. */
function targetOf(services: readonly Service[]): { firstAnswer: number; zip: number } {
  if (services.some(({ key }) => key === 'sqlTable')) return { firstAnswer: 1.25, zip: 2.2 };
  return services.length === 1 ? { firstAnswer: 1.1, zip: 1.1 } : { firstAnswer: 1.15, zip: 1.15 };
}

/**
 * First answer after a cold start and size of every Zapier app, against an empty app. The time is CPU time: it decides how long
 * Zapier's machine computes, and other programs on this machine do not change it.
 */
export async function benchZapier({ rounds = 11 } = {}): Promise<BenchResult[]> {
  const measured = await compareStarts(await builtZips(), rounds);
  return (Object.keys(apps) as AppName[]).flatMap((name): BenchResult[] => {
    const { app, empty, ratios } = measured[name];
    const target = targetOf(apps[name].services);
    return [
      {
        name: `Zapier app ${name}: first answer`,
        against,
        ratio: ratios.firstAnswerCpuMs,
        target: { kind: 'at most', value: target.firstAnswer },
        notes: `${Math.round(app.firstAnswerCpuMs)} and ${Math.round(empty.firstAnswerCpuMs)} ms of CPU time, elapsed ${ratios.firstAnswerMs.toFixed(2)}×; each further call ${app.callCpuMs.toFixed(1)} and ${empty.callCpuMs.toFixed(1)} ms; memory ${ratios.rssBytes.toFixed(2)}×`,
      },
      {
        name: `Zapier app ${name}: zip`,
        against,
        ratio: ratios.zipBytes,
        target: { kind: 'at most', value: target.zip },
        notes: `${Math.round(app.zipBytes / 1000)} and ${Math.round(empty.zipBytes / 1000)} KB`,
      },
    ];
  });
}
