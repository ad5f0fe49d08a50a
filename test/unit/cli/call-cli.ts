import { runCommand } from '../../../shared/src/cli/main.ts';

/** What the command line printed, and how it ended. */
export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** Runs one command of the command line in this process. */
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
