import { stat } from 'node:fs/promises';
import { bootZapierApp } from './boot-zapier-app.ts';
import { buildFixture } from './build-fixture.ts';

/** Startup cost of an app. Times are medians in milliseconds. */
export interface StartFigures {
  zipBytes: number;
  /** From the start of the process until the app was ready for an event. */
  spawnToReadyMs: number;
  /** The part of it for importing Zapier's core and the app. */
  importMs: number;
  /** Resident memory right after startup. */
  rssBytes: number;
}

/** An app and the smallest app that Zapier accepts, measured alternately in one run, with their ratios. */
export interface StartComparison {
  app: StartFigures;
  empty: StartFigures;
  /** Medians of the ratios per round: 1 means the same cost as the empty app. */
  ratios: { zip: number; coldStart: number; memory: number };
}

/**
 * Measures cold starts of a `build.zip` against an empty app, which it builds, in alternating rounds (A B A B).
 * A warm-up round, which does not count, fills the machine's file cache first.
 */
export async function compareColdStart(zipPath: string, rounds = 9): Promise<StartComparison> {
  const emptyZip = await buildFixture('empty-app');
  await startOnce(zipPath);
  await startOnce(emptyZip);
  const pairs: { app: StartFigures; empty: StartFigures }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ app: await startOnce(zipPath), empty: await startOnce(emptyZip) });
  }
  const ratio = (figure: keyof StartFigures) => median(pairs.map(({ app, empty }) => app[figure] / empty[figure]));
  return {
    app: medians(pairs.map((pair) => pair.app)),
    empty: medians(pairs.map((pair) => pair.empty)),
    ratios: { zip: ratio('zipBytes'), coldStart: ratio('spawnToReadyMs'), memory: ratio('rssBytes') },
  };
}

/** The figures of a single zip: the medians of `times` cold starts. */
export async function measureColdStart(zipPath: string, times = 9): Promise<StartFigures> {
  const starts: StartFigures[] = [];
  for (let time = 0; time < times; time += 1) starts.push(await startOnce(zipPath));
  return medians(starts);
}

async function startOnce(zipPath: string): Promise<StartFigures> {
  const app = await bootZapierApp(zipPath);
  try {
    return { zipBytes: (await stat(zipPath)).size, ...app.coldStart, rssBytes: app.memory().rssBytes };
  } finally {
    await app.close();
  }
}

function medians(all: readonly StartFigures[]): StartFigures {
  const of = (figure: keyof StartFigures) => median(all.map((one) => one[figure]));
  return {
    zipBytes: of('zipBytes'),
    spawnToReadyMs: of('spawnToReadyMs'),
    importMs: of('importMs'),
    rssBytes: of('rssBytes'),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
