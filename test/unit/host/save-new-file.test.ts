import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { safeFileName } from '../../../shared/src/host/node/save-new-file.ts';
import type { Bytes } from '../../../shared/src/host/bytes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'save-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function* bytes(text: string): Bytes {
  yield Buffer.from(text);
}

const save = async (name: string, text = 'new', from = bytes(text)): Promise<string> => {
  const saved = await nodeHost({ folder }).files.save({ name, mediaType: 'text/plain', bytes: from });
  return (saved as { path: string }).path;
};

describe('saveNewFile', () => {
  it('never overwrites an existing file', async () => {
    await writeFile(join(folder, 'package.json'), 'mine');
    expect(await save('package.json')).toBe(join(folder, 'package (1).json'));
    expect(await save('package.json')).toBe(join(folder, 'package (2).json'));
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'package (1).json'), 'utf8')).toBe('new');
  });

  it('does not follow symbolic links, including broken ones', async () => {
    await symlink(join(folder, 'elsewhere.csv'), join(folder, 'claims.csv'));
    expect(await save('claims.csv')).toBe(join(folder, 'claims (1).csv'));
    expect(await readdir(folder)).toEqual(['claims (1).csv', 'claims.csv']);
  });

  it('leaves no partial file when the download fails', async () => {
    const broken = async function* (): Bytes {
      yield Buffer.from('half');
      throw new Error('broken');
    };
    await expect(save('claims.csv', '', broken())).rejects.toThrow('broken');
    expect(await readdir(folder)).toEqual([]);
  });

  it('chooses distinct names for concurrent saves', async () => {
    const paths = await Promise.all(['a', 'b', 'c'].map((text) => save('claims.csv', text)));
    expect(new Set(paths).size).toBe(3);
    expect((await Promise.all(paths.map((path) => readFile(path, 'utf8')))).sort()).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['/etc/cron.d/job', 'job'],
    ['.npmrc', 'npmrc'],
    ['..', 'file'],
    ['', 'file'],
    ['a\u0000b\n.csv', 'a_b_.csv'],
    ['CON.txt', '_CON.txt'],
    ['claims 2026-11.csv', 'claims 2026-11.csv'],
  ])('sanitizes the name %j to %s', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });
});
