import type { Host } from '../../../shared/src/host/host.ts';
import { readFinishedRun } from '../../../shared/src/runs/callback.ts';
import { cancelRun } from '../../../shared/src/runs/cancel-run.ts';
import type { RunProvider } from '../../../shared/src/runs/provider.ts';
import { readRun } from '../../../shared/src/runs/read-run.ts';
import { isSameRunId } from '../../../shared/src/runs/same-run-id.ts';
import { fakeHost } from '../fake-host.ts';

/** A service that answers with the run of this ID, whatever it is asked for. */
function answering(id: string): RunProvider & { cancelled: string[] } {
  const cancelled: string[] = [];
  return {
    service: 'Test Service',
    namespace: 'https://vendor.example',
    displayName: 'pipeline load',
    cancelled,
    get: async () => ({
      id,
      service: 'Test Service',
      name: 'load',
      status: 'succeeded',
      vendorStatus: 'done',
      parameters: {},
      steps: [],
    }),
    cancel: async (run) => void cancelled.push(run),
  };
}

describe('An answer with another run than was asked for', () => {
  const reads: [string, (host: Host, provider: RunProvider) => Promise<unknown>][] = [
    ['reading a run', async (host, provider) => readRun(host, provider, 'run-1')],
    [
      'waiting for a run',
      async (host, provider) => readRun(host, provider, 'run-1', { wait: true, timeoutMinutes: 10 }),
    ],
    ['a callback', async (host, provider) => readFinishedRun(host, provider, 'run-1')],
    ['the cancellation of a run', async (host, provider) => cancelRun(host, provider, 'run-1')],
  ];

  it.each(reads)('fails %s instead of reporting its status', async (what, read) => {
    const provider = answering('run-2');
    // A wait reads the status again until its timeout.
    const message = what.startsWith('waiting')
      ? 'did not finish within 10 minutes'
      : 'asked for run run-1 and answered with run run-2';
    await expect(read(fakeHost(), provider)).rejects.toMatchObject({ message: expect.stringContaining(message) });
    expect(provider.cancelled).toEqual([]);
  });

  it.each(reads)('is none for %s if only the case differs, as that of GUIDs can', async (_what, read) => {
    await expect(read(fakeHost(), answering('RUN-1'))).resolves.toBeDefined();
  });
});

describe('The same run is meant by', () => {
  const guid = '5eb5b4d6-0d7a-4ae6-9d6a-c7d2a9ff4f7c';
  it.each([
    ['7', ' 7 '],
    ['007', '7'],
    ['0', '000'],
    ['9007199254740993', '09007199254740993'],
    [guid.toUpperCase(), guid],
    [`{${guid}}`, guid],
    [`(${guid})`, guid],
    [guid.replaceAll('-', ''), guid],
    [`{${guid.replaceAll('-', '').toUpperCase()}}`, guid],
    ['manual__2026-11-20T08:00:00+00:00', 'manual__2026-11-20T08:00:00+00:00'],
  ])('%s and %s', (one, other) => {
    expect([isSameRunId(one, other), isSameRunId(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['7', '70'],
    ['7', '07a'],
    ['1.0', '1'],
    ['9007199254740992', '9007199254740993'],
    ['run-7', 'run-07'],
    [guid, guid.replace('5', '6')],
    [guid, `${guid}0`],
  ])('not by %s and %s', (one, other) => {
    expect([isSameRunId(one, other), isSameRunId(other, one)]).toEqual([false, false]);
  });
});
