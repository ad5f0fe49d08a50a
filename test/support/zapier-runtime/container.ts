import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ZapierLimitError, zapierLimits } from './limits.ts';
import { projectRoot } from './project-root.ts';
import { ZapierAppError } from './zapier-app-error.ts';

/** The event that Zapier's backend passes to the app for one call. */
export interface ZapierEvent {
  command: 'execute' | 'validate' | 'definition' | 'request';
  /** `triggers.KEY.operation.perform`, `hydrators.NAME`, `authentication.test`, … */
  method?: string;
  bundle?: Record<string, unknown>;
  callback_url?: string;
  storeKey?: string;
  token?: string;
  rpc_base?: string;
  environment?: Record<string, string>;
}

/** The app's response. */
export interface Invocation {
  results: unknown;
  status: 'SUCCESS' | 'CALLBACK';
  /** Milliseconds from passing the event to the response, including the wait for the log server. */
  durationMs: number;
}

/** A Lambda container: a process with the app loaded, which handles one event at a time. */
export interface Container {
  readonly pid: number;
  /** Milliseconds from the start of the process until it was ready for its first event. */
  readonly spawnToReadyMs: number;
  /** The part of it in milliseconds for importing Zapier's wrapper, Zapier's core and the app. */
  readonly importMs: number;
  isAlive(): boolean;
  invoke(event: ZapierEvent): Promise<Invocation>;
  /** Current and peak resident memory in bytes; zero when the process has exited. */
  memory(): { rssBytes: number; peakRssBytes: number };
  /** Milliseconds of CPU time that the process has used; zero when it has exited. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export interface ContainerOptions {
  /** The folder of the unpacked zip. */
  codeFolder: string;
  /** The writable folder, like /tmp on Lambda. */
  temporaryFolder: string;
  /** Variables from `zapier-platform env:set`, and `LOGGING_ENDPOINT`. */
  environment?: Record<string, string>;
  /** Milliseconds for one event, read for each event. Default: Zapier's 30 seconds. */
  timeLimitMs?: () => number;
}

/** The process exited before it responded: killed for its memory use, or the app called process.exit. */
export class ContainerExitedError extends Error {
  override readonly name = 'ContainerExitedError';
  /** Whether Zapier's core ended the process itself, before the app saw the event; Zapier then retries the event. */
  readonly beforeTheEvent: boolean;

  constructor(output: string) {
    super(`The process of the app ended before it answered.${output && `\n${output}`}`);
    this.beforeTheEvent = output.includes('Force killing process by Zapier');
  }
}

type Message =
  | { type: 'ready'; importMs: number }
  | { type: 'result'; result: { results: unknown; status: Invocation['status'] } }
  | { type: 'error'; name: string; message: string };

/** Starts a container and waits until the app is loaded. Throws with the process's output when loading fails. */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const started = performance.now();
  const root = projectRoot();
  const child = spawn(
    join(root, 'node_modules', 'node-v22', 'bin', 'node'),
    [join(root, 'test', 'support', 'zapier-runtime', 'container-main.mjs')],
    { cwd: options.codeFolder, env: lambdaEnvironment(options), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  const output = keepOutput(child);
  const ready = await nextMessage(child, output.read);
  if (ready.type !== 'ready') throw new Error('The app answered before it was asked.');

  return {
    pid: child.pid ?? 0,
    spawnToReadyMs: performance.now() - started,
    importMs: ready.importMs,
    isAlive: () => !child.killed && child.exitCode === null && child.signalCode === null,
    memory: () => readMemory(child.pid ?? 0),
    cpuMs: () => readCpuMs(child.pid ?? 0),
    async invoke(event) {
      const sent = performance.now();
      const method = event.method ?? event.command;
      const timeLimitMs = options.timeLimitMs?.() ?? zapierLimits.invocationMs;
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new ZapierLimitError('invocationMs', `${method} took longer than ${timeLimitMs / 1000} seconds.`));
          child.kill('SIGKILL');
        }, timeLimitMs);
      });
      try {
        output.clear();
        const answer = nextMessage(child, output.read);
        child.send({ event });
        const message = await Promise.race([answer, tooLate]);
        if (message.type === 'error') throw new ZapierAppError(message.name, message.message, method);
        if (message.type === 'ready') throw new Error('The app was loaded twice.');
        return { ...message.result, durationMs: performance.now() - sent };
      } finally {
        clearTimeout(timer);
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The environment of a process on Lambda; nothing comes from the machine that runs the tests. */
function lambdaEnvironment(options: ContainerOptions): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    NODE_ENV: 'production',
    TMPDIR: options.temporaryFolder,
    LAMBDA_TASK_ROOT: options.codeFolder,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'zapier-app',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    ...options.environment,
  };
}

function nextMessage(child: ChildProcess, output: () => string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
    };
    const onMessage = (message: unknown) => {
      settle();
      resolve(message as Message);
    };
    const onExit = () => {
      settle();
      reject(new ContainerExitedError(output()));
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
  });
}

/** Keeps the last output of the process, for events that crash it. */
function keepOutput(child: ChildProcess): { read(): string; clear(): void } {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_000);
    });
  }
  return { read: () => tail, clear: () => void (tail = '') };
}

function readMemory(pid: number): { rssBytes: number; peakRssBytes: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // The process has exited; the result is zeros.
  }
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { rssBytes: kilobytes('VmRSS') * 1024, peakRssBytes: kilobytes('VmHWM') * 1024 };
}

/** The time on a CPU of all threads. https://docs.kernel.org/scheduler/sched-stats.html */
function readCpuMs(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return 0;
  }
}
