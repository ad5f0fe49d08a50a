import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The running programs; they end with this process. */
const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  });
}

/** How to run a program. */
export interface CommandOptions {
  /** Shows the output only if the program fails, so that it can run in parallel with others. */
  quiet?: boolean;
}

/** Runs a program in the root of the repository. @throws Error if it fails */
export async function command(program: string, args: string[], { quiet = false }: CommandOptions = {}): Promise<void> {
  const child = spawn(program, args, { cwd: root, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`${printed}${program} ${args.join(' ')} ended with ${code}`);
}

/** One step of a command. */
export interface Step {
  name: string;
  run(): Promise<unknown>;
}

/** The numbers of passed and failed steps. */
export interface Counts {
  passed: number;
  failed: number;
}

async function runStep({ name, run }: Step, results: string[]): Promise<boolean> {
  console.log(`\n── ${name}`);
  const begin = Date.now();
  let passed = true;
  try {
    await run();
  } catch (error) {
    passed = false;
    console.error(`\n── ${name} failed\n${error instanceof Error ? error.message : error}`);
  }
  const seconds = String(Math.round((Date.now() - begin) / 1000)).padStart(5);
  results.push(`${passed ? 'ok    ' : 'FAILED'}  ${seconds} s  ${name}`);
  return passed;
}

/**
 * Runs lists of steps in parallel. The steps of a list run in sequence, all of them even if one fails.
 * Counts the steps that passed and those that failed.
 */
export async function runSteps(...lists: readonly Step[][]): Promise<Counts> {
  const results: string[] = [];
  const counts = { passed: 0, failed: 0 };
  await Promise.all(
    lists.map(async (steps) => {
      for (const step of steps) counts[(await runStep(step, results)) ? 'passed' : 'failed'] += 1;
    }),
  );
  console.log(`\n${results.join('\n')}`);
  return counts;
}
