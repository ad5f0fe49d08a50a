import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Receives progress messages line by line. */
export type Log = (line: string) => void;

/** Options for running a command. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The user and the group to run as; only root may choose them. */
  uid?: number | undefined;
  gid?: number | undefined;
  /** Written to the command's standard input, which is then closed. */
  input?: string;
  /** Called with every line that the command prints to stdout or stderr. */
  onLine?: Log;
}

/**
 * Runs a command until it exits and returns its standard output.
 * Throws an `Error` with the last lines of its output when it fails or cannot be found.
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
  // A command that exits without reading its input has not failed for that reason.
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

/** The path of an executable: the first existing one of `places`, else the first on the PATH; undefined if there is none. */
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
