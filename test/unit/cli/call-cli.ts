import { runCommand } from '../../../shared/src/cli/main.ts';

/** The output of the command line, and its exit code. */
export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** Runs a command of the command line in this process. */
export async function callCli(...words: string[]): Promise<CliResult> {
  const printed = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) =>
    jest.spyOn(name === 'out' ? process.stdout : process.stderr, 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await runCommand(words), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
