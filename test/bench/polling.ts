import type { Host } from '../../shared/src/host/host.ts';
import type { RunProvider } from '../../shared/src/runs/provider.ts';
import type { Run } from '../../shared/src/runs/run.ts';
import { waitForRun } from '../../shared/src/runs/wait-for-run.ts';
import { median, type BenchResult } from './result.ts';

/** The number of status calls of one wait, the delay in detecting its end and the run's duration, in seconds. */
interface Outcome {
  calls: number;
  delay: number;
  length: number;
}

/** Pseudo-random numbers from 0 up to 1, the same in every run of the benchmark. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A fixed polling interval in seconds, as the peers use it; the first poll is immediate. */
const fixed =
  (pause: number) =>
  (length: number): Outcome => {
    const looks = Math.ceil(length / pause);
    return { calls: looks + 1, delay: looks * pause - length, length };
  };

/** Waits as Pipewright does, with a clock that moves only while it sleeps; counts every call, including the one for recent runs. */
async function wait(length: number, earlier: number[], chance: () => number): Promise<Outcome> {
  let clock = 0;
  let calls = 0;
  const run = (status: Run['status'], durationSeconds?: number): Run => ({
    id: '1',
    service: 'Simulated',
    name: 'load',
    status,
    vendorStatus: '',
    parameters: {},
    steps: [],
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  });
  const host = {
    now: () => clock,
    random: chance,
    sleep: async (milliseconds: number) => void (clock += milliseconds),
    log: { info: () => undefined, warn: () => undefined },
  } as unknown as Host;
  const provider: RunProvider = {
    service: 'Simulated',
    namespace: 'https://vendor.example',
    displayName: 'load',
    async get() {
      calls += 1;
      return run(clock >= length * 1000 ? 'succeeded' : 'running');
    },
    async recent() {
      calls += 1;
      return earlier.map((seconds) => run('succeeded', seconds));
    },
    cancel: async () => undefined,
  };
  await waitForRun(host, provider, '1', {
    wait: true,
    onFailure: 'stop',
    timeoutMinutes: 10_000,
    onTimeout: 'keepRunning',
  });
  return { calls, delay: clock / 1000 - length, length };
}

const sum = (outcomes: readonly Outcome[], part: 'calls' | 'delay'): number =>
  outcomes.reduce((total, outcome) => total + outcome[part], 0);

const peers = { "Airflow's 60 s": 60, "Kestra's 5 s": 5, "n8n's Databricks node, 5 s": 5 } as const;

/** Status calls and detection delay for simulated runs of ten seconds to four hours. */
export async function benchPolling({ count = 1_000 } = {}): Promise<BenchResult[]> {
  const chance = chances(42);
  // Nine of ten runs take about as long as the earlier runs of the job; one of ten takes any time.
  const runs = Array.from({ length: count }, () => {
    const usual = 10 * 1440 ** chance();
    const vary = (): number => usual * (0.92 + 0.16 * chance());
    return {
      length: chance() < 0.1 ? usual * (0.2 + 1.6 * chance()) : vary(),
      earlier: Array.from({ length: 10 }, vary),
    };
  });
  const ours: Outcome[] = [];
  for (const { length, earlier } of runs) ours.push(await wait(length, earlier, chance));
  const hours: number[] = [];
  for (const part of [0.95, 1, 1.05]) hours.push((await wait(3600, [3600 * part], chance)).calls);
  const late = (outcomes: readonly Outcome[]): string => {
    const parts = outcomes.map(({ delay, length }) => delay / length).sort((a, b) => a - b);
    return `detected ${median(outcomes.map(({ delay }) => delay)).toFixed(0)} s after the end (median), ${(100 * median(parts)).toFixed(1)} % of the duration; 95th percentile ${(100 * (parts[Math.floor(parts.length * 0.95)] ?? 0)).toFixed(0)} %`;
  };
  return [
    {
      name: 'Status calls for a one-hour run',
      against: 'calls',
      ratio: Math.max(...hours),
      target: { kind: 'at most', value: 40 },
    },
    ...Object.entries(peers).map(([against, pause]): BenchResult => {
      const theirs = runs.map(({ length }) => fixed(pause)(length));
      const perRun = (outcomes: readonly Outcome[]): string => (sum(outcomes, 'calls') / count).toFixed(0);
      return {
        name: `Status calls for ${count} simulated runs`,
        against,
        ratio: sum(ours, 'calls') / sum(theirs, 'calls'),
        target: { kind: 'at most', value: pause === 60 ? 1 : 0.1 },
        notes: `${perRun(ours)} and ${perRun(theirs)} per run; ${late(ours)}; theirs: ${late(theirs)}`,
      };
    }),
  ];
}
