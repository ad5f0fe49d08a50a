import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in this terminal, in the root of the repository. @throws Error when it fails */
export async function command(program: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with code ${code}`);
}

/** One step of a command. */
export interface Step {
  name: string;
  run(): Promise<unknown>;
}

/** Runs all steps in order, even if one fails, and prints the result and duration of each. */
export async function runSteps(steps: readonly Step[]): Promise<{ passed: number; failed: number }> {
  const results: string[] = [];
  let failed = 0;
  for (const { name, run } of steps) {
    console.log(`\n── ${name}`);
    const begin = Date.now();
    let result = 'ok';
    try {
      await run();
    } catch (error) {
      failed += 1;
      result = 'FAILED';
      console.error(error instanceof Error ? error.message : error);
    }
    results.push(`${result.padEnd(6)}  ${String(Math.round((Date.now() - begin) / 1000)).padStart(5)} s  ${name}`);
  }
  console.log(`\n${results.join('\n')}`);
  return { passed: steps.length - failed, failed };
}
