import { readdirSync, readFileSync } from 'node:fs';
import { runCommand } from '../support/machine/command.ts';

const ticksPerSecond = 100;

/** Runs a command and returns its processor time in seconds, user and system together. Other programs do not count, so it is comparable on a busy machine. */
export async function processorSeconds(command: string, args: readonly string[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; { time "$@" 1>/dev/null 2>&3; } 3>&2 2>&1';
  const printed = await runCommand('bash', ['-c', script, 'time', command, ...args]);
  const [user = NaN, system = NaN] = printed.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return user + system;
}

/** Processor time of a server and its processes in seconds, ended ones included; Linux only. */
export function serverSeconds(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter(({ parent }) => parent === pid);
  return own.all + children.reduce((sum, { own: seconds }) => sum + seconds, 0);
}

function statOf(pid: number): { parent: number; own: number; all: number } {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    const own = (user + system) / ticksPerSecond;
    return { parent, own, all: own + (childUser + childSystem) / ticksPerSecond };
  } catch {
    // The process has ended.
    return { parent: 0, own: 0, all: 0 };
  }
}
