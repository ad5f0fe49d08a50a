import type { Data, StepSetup } from './app-runner.ts';
import type { ZapierBackend } from './zapier-backend.ts';
import { ZapierAppError } from './zapier-app-error.ts';

/** The parts of Zapier that run Zaps, with one app or several. */
export type ZapBackend = Pick<
  ZapierBackend,
  'definition' | 'trigger' | 'poll' | 'create' | 'search' | 'resolvePointers'
>;

/** The output of the previous steps, from which a step fills in its fields. */
export interface ZapData {
  trigger: Data;
  /** By step name, or else by the key of its action. */
  steps: Record<string, Data>;
}

export interface ZapStep {
  /** The key of the action; a step is either an action or a search. */
  action?: string;
  search?: string;
  /** Distinguishes two steps with the same action. Default: the key. */
  name?: string;
  authData?: Data;
  inputData?: (data: ZapData) => Data;
  /** The step is skipped, and the following steps run, when this returns false: a path of a Zap. */
  when?: (data: ZapData) => boolean;
  /** A search that finds nothing ends the Zap unless this is set. */
  continueWhenNotFound?: boolean;
}

/** The steps of a Zap after its trigger. */
export interface ZapSteps {
  steps: ZapStep[];
  /** Maximum delay before a throttled step runs again, in milliseconds; Zapier uses the delay that the app requests. */
  longestThrottleMs?: number;
}

export interface ZapOptions extends ZapSteps {
  trigger: StepSetup & { key: string };
}

/** The record of one step. */
export interface StepRecord {
  name: string;
  /** `halted`: the app or Zapier ended the Zap without an error, for instance because a search found nothing. */
  status: 'running' | 'waiting' | 'succeeded' | 'skipped' | 'halted' | 'failed';
  inputData?: Data;
  output?: Data;
  error?: Error;
  /** Number of runs of the step; more than one after throttling. */
  attempts: number;
  durationMs: number;
}

/** One run of a Zap, as in the Zap history. */
export interface ZapRun {
  trigger: Data;
  steps: StepRecord[];
  status: 'running' | 'succeeded' | 'halted' | 'failed';
}

/** A Zap that is turned on. */
export interface Zap {
  /** Where the vendor sends events; undefined for a polling trigger. */
  readonly url: string | undefined;
  /** The vendor's response to the subscription. */
  readonly subscribeData: Data;
  readonly runs: readonly ZapRun[];
  /** One entry per delivery that got a response but started no run, with the app's error, if any. */
  readonly ignored: readonly { error?: unknown }[];
  /** Polls a polling trigger once and runs the steps for each new item. The first poll only records existing items. */
  poll(): Promise<ZapRun[]>;
  /** The next run that was not returned yet, once it has ended. Throws after `timeoutMs` (default 60 000). */
  nextRun(timeoutMs?: number): Promise<ZapRun>;
  /** Turns the Zap off. */
  stop(): Promise<void>;
}

const throttledAttempts = 5;

/**
 * Turns a Zap on: a webhook trigger subscribes with the vendor and listens at a URL of the double, which responds with
 * 200 immediately, regardless of what the app does with the event; a polling trigger waits for `poll`.
 */
export async function startZap(backend: ZapBackend, options: ZapOptions): Promise<Zap> {
  const { key, ...setup } = options.trigger;
  const operation = (await backend.definition()).triggers?.[key]?.operation;
  if (!operation) throw new Error(`The app has no trigger "${key}".`);
  const runs: ZapRun[] = [];
  const ignored: { error?: unknown }[] = [];
  const finished: Promise<ZapRun>[] = [];
  const waiting: ((run: Promise<ZapRun>) => void)[] = [];

  const start = (items: Data[]): Promise<ZapRun[]> => {
    if (items.length === 0) ignored.push({});
    return Promise.all(
      items.map((item) => {
        const run: ZapRun = { trigger: item, steps: [], status: 'running' };
        runs.push(run);
        const end = runSteps(backend, options, run);
        const taker = waiting.shift();
        if (taker) taker(end);
        else finished.push(end);
        return end;
      }),
    );
  };

  const subscription =
    operation.type === 'hook'
      ? await backend.trigger(key).subscribe({
          ...setup,
          onEvents: (items) => void start(items),
          onError: (error) => void ignored.push({ error }),
        })
      : undefined;
  // Turning a Zap on records existing items, so that only later ones start a run.
  if (!subscription) await backend.poll(key, setup);

  return {
    url: subscription?.targetUrl,
    subscribeData: subscription?.subscribeData ?? {},
    runs,
    ignored,
    async poll() {
      const items = await backend.poll(key, setup);
      return items.length > 0 ? start(items) : [];
    },
    async nextRun(timeoutMs = 60_000) {
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_, reject) => {
        const complaint = `No run of the Zap ended within ${timeoutMs / 1000} seconds.`;
        timer = setTimeout(() => reject(new Error(complaint)), timeoutMs);
      });
      const next = finished.shift() ?? new Promise<ZapRun>((resolve) => waiting.push(resolve));
      try {
        return await Promise.race([next, tooLate]);
      } finally {
        clearTimeout(timer);
      }
    },
    async stop() {
      await subscription?.unsubscribe();
    },
  };
}

/** Runs the steps of a Zap that starts with another app's trigger, such as Schedule by Zapier. */
export async function runZap(
  backend: ZapBackend,
  { trigger, ...options }: ZapSteps & { trigger: Data },
): Promise<ZapRun> {
  return runSteps(backend, options, { trigger, steps: [], status: 'running' });
}

async function runSteps(backend: ZapBackend, options: ZapSteps, run: ZapRun): Promise<ZapRun> {
  const data: ZapData = { trigger: run.trigger, steps: {} };
  for (const step of options.steps) {
    const name = step.name ?? step.action ?? step.search ?? '';
    const record: StepRecord = { name, status: 'running', attempts: 0, durationMs: 0 };
    run.steps.push(record);
    const started = Date.now();
    try {
      if (step.when && !step.when(data)) {
        record.status = 'skipped';
        continue;
      }
      await runStep(backend, step, data, record, options.longestThrottleMs);
    } catch (error) {
      record.error = error instanceof Error ? error : new Error(String(error));
      record.status = record.error.name === 'HaltedError' ? 'halted' : 'failed';
    } finally {
      record.durationMs = Date.now() - started;
    }
    if (record.status === 'halted' || record.status === 'failed') {
      run.status = record.status;
      return run;
    }
    data.steps[name] = record.output ?? {};
  }
  run.status = 'succeeded';
  return run;
}

async function runStep(
  backend: ZapBackend,
  step: ZapStep,
  data: ZapData,
  record: StepRecord,
  longestThrottleMs: number | undefined,
): Promise<void> {
  const inputData = await backend.resolvePointers(step.inputData?.(data) ?? {});
  record.inputData = inputData;
  const setup = { ...(step.authData && { authData: step.authData }), inputData };

  for (;;) {
    record.attempts += 1;
    try {
      if (step.search) {
        const [match] = await backend.search(step.search, setup);
        record.output = match ?? {};
        record.status = match || step.continueWhenNotFound ? 'succeeded' : 'halted';
        return;
      }
      const outcome = await backend.create(step.action ?? '', setup);
      record.output = outcome.output;
      if (outcome.status === 'CALLBACK') {
        record.status = 'waiting';
        record.output = await outcome.resumed;
      }
      record.status = 'succeeded';
      return;
    } catch (error) {
      const isThrottled = error instanceof ZapierAppError && error.name === 'ThrottledError';
      if (!isThrottled || record.attempts >= throttledAttempts) throw error;
      const askedMs = (error.retryAfterSeconds ?? 60) * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.min(askedMs, longestThrottleMs ?? askedMs)));
    }
  }
}
