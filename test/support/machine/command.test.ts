import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExecutable, runCommand } from './command.ts';
import { withLock } from './lock.ts';
import { node24, projectRoot } from './paths.ts';

/** Discards all output. */
const quietly = () => undefined;

describe('running a command', () => {
  it('returns what it printed, and reports every line as it comes', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    expect(await runCommand('sh', ['-c', 'cat; echo two >&2'], { input: 'one\n', onLine })).toBe('one\n');
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('fails with the exit code and what was printed last', async () => {
    await expect(runCommand('sh', ['-c', 'echo the reason >&2; exit 3'])).rejects.toThrow(/ended with 3:\nthe reason/);
  });

  it('fails when there is no such command', async () => {
    await expect(runCommand('no-such-command-here', [])).rejects.toThrow('ENOENT');
    expect(findExecutable('no-such-command-here')).toBeUndefined();
  });
});

describe('a lock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('admits one holder at a time', async () => {
    const seen: string[] = [];
    const visit = (name: string) =>
      withLock(join(folder, 'lock'), quietly, async () => {
        seen.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        seen.push(`${name} out`);
      });
    await Promise.all([visit('a'), visit('b')]);
    expect([seen.slice(0, 2), seen.slice(2)].sort()).toEqual([
      ['a in', 'a out'],
      ['b in', 'b out'],
    ]);
  });

  it('is released when its process dies', async () => {
    const dead = (await runCommand('sh', ['-c', 'echo $$'])).trim();
    await writeFile(join(folder, 'lock'), dead);
    expect(await withLock(join(folder, 'lock'), quietly, async () => 'done')).toBe('done');
  });

  it('is released when the work fails', async () => {
    const failing = withLock(join(folder, 'lock'), quietly, async () => {
      throw new Error('it broke');
    });
    await expect(failing).rejects.toThrow('it broke');
    await expect(readFile(join(folder, 'lock'))).rejects.toThrow('ENOENT');
  });
});

describe('run.mjs', () => {
  let script: string;
  beforeAll(async () => {
    script = join(await mkdtemp(join(tmpdir(), 'pipewright-script-')), 'script.ts');
  });
  afterAll(() => rm(join(script, '..'), { recursive: true }));

  async function run(source: string, ...args: string[]): Promise<string> {
    await writeFile(script, source);
    return await runCommand(node24(), [join(projectRoot, 'scripts', 'run.mjs'), script, ...args]);
  }

  it('runs TypeScript with Node 24 and passes on the arguments', async () => {
    const source = 'const words: string[] = process.argv.slice(2); console.log(process.version, words.join());';
    expect(await run(source, '--one', 'two')).toMatch(/^v24\.\d+\.\d+ --one,two\n$/);
  });

  it('ends with the exit code of the script', async () => {
    await expect(run('process.exit(7);')).rejects.toThrow('ended with 7');
  });

  it('exits with 128 plus the signal number when a signal ends the script', async () => {
    const source = "process.kill(process.pid, 'SIGTERM'); setInterval(() => undefined, 1000);";
    await expect(run(source)).rejects.toThrow('143');
  });

  it('prints its usage when no script is given', async () => {
    const bare = runCommand(node24(), [join(projectRoot, 'scripts', 'run.mjs')]);
    await expect(bare).rejects.toThrow('Usage: run.mjs');
  });
});
