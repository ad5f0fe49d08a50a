import type { Data, StepSetup } from './app-runner.ts';
import type { ZapierBackend } from './zapier-backend.ts';
import { ZapierAppError } from './zapier-app-error.ts';

/** What the steps before returned, by which a step fills in its fields. */
export interface ZapData {
  trigger: Data;
  /** By the name of the step, else by the key of its action. */
  steps: Record<string, Data>;
}

export interface ZapStep {
  /** The key of the action; a step is either an action or a search. */
  action?: string;
  search?: string;
  /** Tells two steps with the same action apart. Default: the key. */
  name?: string;
  authData?: Data;
  inputData?: (data: ZapData) => Data;
  /** The step is skipped, and the steps after it go on, when this says false: a path of a Zap. */
  when?: (data: ZapData) => boolean;
  /** A search that finds nothing ends the Zap unless this is set. */
  continueWhenNotFound?: boolean;
}

/** What a Zap does after its trigger. */
export interface ZapSteps {
  steps: ZapStep[];
  /** The longest wait before a throttled step runs again, in milliseconds; Zapier takes what the app asks for. */
  longestThrottleMs?: number;
}

export interface ZapOptions extends ZapSteps {
  trigger: StepSetup & { key: string };
}

/** What happened in one step. */
export interface StepRecord {
  name: string;
  /** `halted`: the app or Zapier ended the Zap without an error, for instance because a search found nothing. */
  status: 'running' | 'waiting' | 'succeeded' | 'skipped' | 'halted' | 'failed';
  inputData?: Data;
  output?: Data;
  error?: Error;
  /** How often the step ran; more than once after it was throttled. */
  attempts: number;
  durationMs: number;
}

/** One run of a Zap: what a user finds in the history. */
export interface ZapRun {
  trigger: Data;
  steps: StepRecord[];
  status: 'running' | 'succeeded' | 'halted' | 'failed';
}

/** A Zap that is turned on. */
export interface Zap {
  /** Where the vendor sends events; undefined for a polling trigger. */
  readonly url: string | undefined;
  /** What the vendor returned when Zapier subscribed. */
  readonly subscribeData: Data;
  readonly runs: readonly ZapRun[];
  /** One entry for each delivery that was answered but started no run, with what the app raised, if it did. */
  readonly ignored: readonly { error?: unknown }[];
  /** Asks a polling trigger once and runs the steps for each new item. The first call only notes what is there. */
  poll(): Promise<ZapRun[]>;
  /** The next run that nobody has taken yet, once it has ended. Throws after `timeoutMs` (default 60 000). */
  nextRun(timeoutMs?: number): Promise<ZapRun>;
  /** Turns the Zap off. */
  stop(): Promise<void>;
}

const throttledAttempts = 5;

/**
 * Turns a Zap on: a webhook trigger subscribes at the vendor and listens on an address of the double, which answers
 * 200 at once, whatever the app makes of the event; a polling trigger waits for `poll`.
 */
export async function startZap(backend: ZapierBackend, options: ZapOptions): Promise<Zap> {
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
  // Turning a Zap on notes what is there already, so that only what comes later starts a run.
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

/** Runs the steps of a Zap that begins with a trigger of another app, such as Schedule by Zapier. */
export async function runZap(
  backend: ZapierBackend,
  { trigger, ...options }: ZapSteps & { trigger: Data },
): Promise<ZapRun> {
  return runSteps(backend, options, { trigger, steps: [], status: 'running' });
}

async function runSteps(backend: ZapierBackend, options: ZapSteps, run: ZapRun): Promise<ZapRun> {
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
  backend: ZapierBackend,
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
