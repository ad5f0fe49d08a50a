import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Is told, line by line, what happens while a person waits. */
export type Log = (line: string) => void;

/** How a command is run. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The user and the group to run as; only root may choose them. */
  uid?: number | undefined;
  gid?: number | undefined;
  /** Written to the command's standard input, which is closed after it. */
  input?: string;
  /** Called with every line the command prints, on either stream. */
  onLine?: Log;
}

/**
 * Runs a command to its end and returns what it printed on standard output.
 * Throws an `Error` with the last lines it printed when it fails or cannot be found.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { input, onLine, ...spawnOptions } = options;
  const child = spawn(command, args, { ...spawnOptions, stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      printed[name] += text;
      if (onLine) for (const line of text.split(/[\r\n]+/)) if (line.trim() !== '') onLine(line.trimEnd());
    });
  }
  // A command that ends without reading its input is no failure of its own.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (ended === 0) return printed.stdout;
  const lastLines = `${printed.stdout}\n${printed.stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command} ended with ${ended}:\n${lastLines}`);
}

/** The path of an executable: the first of `places` that exists, else the first on the PATH; undefined if none does. */
export function findExecutable(name: string, places: readonly string[] = []): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...places, ...onPath.map((folder) => join(folder, name))].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
