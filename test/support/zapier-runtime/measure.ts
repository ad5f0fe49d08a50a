import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { AppDefinition } from './app-definition.ts';
import { createAppRunner } from './app-runner.ts';
import { startBackendServer } from './backend-server.ts';
import { bootZapierApp } from './boot-zapier-app.ts';
import { buildFixture } from './build-fixture.ts';
import { PlatformStore } from './platform-store.ts';

/** What starting an app and calling it costs. */
export interface StartFigures {
  zipBytes: number;
  /** Milliseconds from the start of the process to the answer to its first call. */
  firstAnswerMs: number;
  /** Milliseconds of CPU time for the same. */
  firstAnswerCpuMs: number;
  /** Milliseconds of CPU time for each further call. */
  callCpuMs: number;
  /** Resident memory after these calls. */
  rssBytes: number;
}

/** An app and the smallest app that receives events, measured in turn: 1 means the same cost. */
export interface StartComparison {
  app: StartFigures;
  empty: StartFigures;
  /** Medians of the ratios per round. */
  ratios: Record<keyof StartFigures, number>;
}

const furtherCalls = 40;

/**
 * The call to measure: a webhook trigger or, without one, an action, with an empty connection. Zapier's core prepares the
 * definition as for every call, and the app answers without asking its vendor.
 */
function callOf({ triggers = {}, creates = {} }: AppDefinition): string {
  const hook = Object.values(triggers).find(({ operation }) => operation.type === 'hook');
  if (hook) return `triggers.${hook.key}.operation.perform`;
  return `creates.${Object.keys(creates)[0]}.operation.perform`;
}

/** Starts apps of some zips with their first answers, as Zapier does after a time without events. */
async function openMeasurement() {
  const server = await startBackendServer(new PlatformStore(Date.now));
  const environment = { LOGGING_ENDPOINT: server.logUrl };
  const boot = (zipPath: string) => bootZapierApp(zipPath, { environment });
  const rawRequest = { method: 'POST', querystring: '', headers: {}, content: '{}' };

  return {
    async callOf(zipPath: string): Promise<string> {
      const app = await boot(zipPath);
      try {
        return callOf(await createAppRunner(app, server, environment).definition());
      } finally {
        await app.close();
      }
    },
    async start(zipPath: string, method: string): Promise<StartFigures> {
      const app = await boot(zipPath);
      try {
        const runner = createAppRunner(app, server, environment);
        // An app with a required connection answers with an error.
        const call = () =>
          runner.run(method, {}, { bundle: { rawRequest, cleanedRequest: {} } }).catch(() => undefined);
        const began = performance.now();
        await call();
        const firstAnswerMs = app.coldStart.spawnToReadyMs + performance.now() - began;
        const firstAnswerCpuMs = app.cpuMs();
        for (let times = 0; times < furtherCalls; times += 1) await call();
        return {
          zipBytes: (await stat(zipPath)).size,
          firstAnswerMs,
          firstAnswerCpuMs,
          callCpuMs: (app.cpuMs() - firstAnswerCpuMs) / furtherCalls,
          rssBytes: app.memory().rssBytes,
        };
      } finally {
        await app.close();
      }
    },
    close: () => server.close(),
  };
}

/**
 * Measures the starts of several zips against an empty app, which it builds, in alternating rounds. A first start, which does
 * not count, fills the machine's file cache.
 */
export async function compareStarts<Name extends string>(
  zips: Record<Name, string>,
  rounds = 9,
): Promise<Record<Name, StartComparison>> {
  const emptyZip = await buildFixture('empty-app');
  const measurement = await openMeasurement();
  try {
    const emptyCall = await measurement.callOf(emptyZip);
    const names = Object.keys(zips) as Name[];
    const calls = new Map<Name, string>();
    for (const name of names) calls.set(name, await measurement.callOf(zips[name]));
    const pairs = new Map(names.map((name) => [name, [] as { app: StartFigures; empty: StartFigures }[]]));
    for (let round = 0; round < rounds; round += 1)
      for (const name of names)
        pairs.get(name)?.push({
          app: await measurement.start(zips[name], calls.get(name) ?? ''),
          empty: await measurement.start(emptyZip, emptyCall),
        });
    return Object.fromEntries(names.map((name) => [name, comparison(pairs.get(name) ?? [])])) as Record<
      Name,
      StartComparison
    >;
  } finally {
    await measurement.close();
  }
}

function comparison(pairs: readonly { app: StartFigures; empty: StartFigures }[]): StartComparison {
  return {
    app: medians(pairs.map(({ app }) => app)),
    empty: medians(pairs.map(({ empty }) => empty)),
    ratios: eachFigure((figure) => median(pairs.map(({ app, empty }) => app[figure] / empty[figure]))),
  };
}

const medians = (all: readonly StartFigures[]): StartFigures =>
  eachFigure((figure) => median(all.map((one) => one[figure])));

function eachFigure(of: (figure: keyof StartFigures) => number): Record<keyof StartFigures, number> {
  return {
    zipBytes: of('zipBytes'),
    firstAnswerMs: of('firstAnswerMs'),
    firstAnswerCpuMs: of('firstAnswerCpuMs'),
    callCpuMs: of('callCpuMs'),
    rssBytes: of('rssBytes'),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
